# Speaks the foreign protocol for a file that defines `functions`, a list of functions of a
# matrix of rows, each under the name "FUNCTION" or "FUNCTION VARIANT":
#
#   Rscript --vanilla serve.R FILE [FOLDER OF PACKAGES]

arguments <- commandArgs(trailingOnly = TRUE)
if (length(arguments) > 1L) .libPaths(c(arguments[2L], .libPaths()))
requests <- file("stdin", "rb")
# R's own stdout() takes no bytes.
answers <- pipe("cat", "wb")
# What a package prints must not get between the answers.
sink(stderr())
source(arguments[1L])

answered <- function(name, rows) {
  f <- functions[[name]]
  if (is.null(f)) stop("no such function: ", name)
  got <- suppressWarnings(f(rows))
  if (!is.double(got)) stop("returned ", typeof(got), ", not double")
  if (is.matrix(got)) t(got) else got
}

repeat {
  line <- readLines(requests, 1L)
  if (length(line) == 0L) break
  words <- strsplit(line, " ", fixed = TRUE)[[1L]]
  # What cannot be read cannot be passed over either: the next request is beyond it.
  if (words[2L] != "binary64") stop("R has no numbers of ", words[2L])
  n_rows <- as.numeric(words[3L])
  n_terms <- as.numeric(words[4L])
  numbers <- readBin(requests, "double", n_rows * n_terms, 8L, endian = "little")
  got <- tryCatch({
    name <- paste(words[-(2:4)], collapse = " ")
    answered(name, matrix(numbers, n_rows, n_terms, byrow = TRUE))
  }, error = identity)
  if (inherits(got, "error")) {
    told <- gsub("[[:space:]]+", " ", conditionMessage(got))
    writeBin(charToRaw(paste0("error ", substr(told, 1L, 1000L), "\n")), answers)
  } else {
    writeBin(charToRaw(sprintf("ok %.0f\n", length(got))), answers)
    writeBin(as.vector(got), answers, endian = "little")
  }
  flush(answers)
}
