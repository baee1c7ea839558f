functions <- list(
  "logistic" = function(x) gtools::inv.logit(x[, 1L])
)
