use std::io::{stdin, stdout, BufRead, Read, Write};
fn logsumexp(x: &[f64]) -> f64 {
    let peak = x.iter().fold(f64::NEG_INFINITY, |a, b| a.max(*b));
    let shift = if peak.is_finite() { peak } else { 0.0 };
    shift + x.iter().map(|v| (v - shift).exp()).sum::<f64>().ln()
}

fn main() {
    let (mut requests, mut answers, mut line) = (stdin().lock(), stdout().lock(), String::new());
    while requests.read_line(&mut line).unwrap() > 0 {
        let sizes: Vec<usize> = line.split_whitespace().skip(2).flat_map(str::parse).collect();
        let (m, n) = (sizes[0], sizes[1]);
        let mut body = vec![0; m * n * 8];
        requests.read_exact(&mut body).unwrap();
        let x: Vec<_> = body.chunks(8).map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect();
        let y: Vec<_> = (0..m).flat_map(|i| logsumexp(&x[i * n..][..n]).to_le_bytes()).collect();
        answers.write_all(&[format!("ok {m}\n").as_bytes(), &y].concat()).and(answers.flush()).unwrap();
        line.clear();
    }
}
