/** The operations, of `tf` and a tensor of rows. */
const OPERATIONS = {
  "logsumexp": (tf, x) => tf.logSumExp(x, -1),
  "softmax": (tf, x) => tf.softmax(x, -1),
  "log_softmax": (tf, x) => tf.logSoftmax(x, -1),
  "softplus": (tf, x) => tf.softplus(x),
  "logistic": (tf, x) => tf.sigmoid(x),
  "softmax grad": (tf, x) => tf.grad((rows) => tf.logSumExp(rows, -1))(x),
  "log_softmax_gradient log_softmax_grad": (tf, x) =>
    tf.grad((rows) => firstOf(tf, tf.logSoftmax(rows, -1)))(x),
};

const firstOf = (tf, rows) => tf.slice(rows, [0, 0], [rows.shape[0], 1]);

const BACKENDS = ["cpu", "wasm"];

export default async (require) => {
  const tf = require("@tensorflow/tfjs");
  require("@tensorflow/tfjs-backend-wasm");

  const on = (backend, operation) => async ({ numbers, nRows, nTerms }) => {
    if (!(await tf.setBackend(backend))) throw new Error(`no backend ${backend}`);
    return tf.tidy(() => operation(tf, tf.tensor2d(numbers, [nRows, nTerms])).dataSync());
  };

  const functions = {};
  for (const backend of BACKENDS) {
    for (const [name, operation] of Object.entries(OPERATIONS)) {
      const [asked, variant] = name.split(" ");
      functions[`${asked} ${variant ? `${backend}_${variant}` : backend}`] = on(backend, operation);
    }
  }
  return functions;
};
