functions <- list(
  "logistic" = function(x) plogis(x[, 1L]),
  "logistic linkinv" = function(x) make.link("logit")$linkinv(x[, 1L])
)
