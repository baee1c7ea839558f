#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    for (size_t m, n; scanf("%*s %*s %zu %zu%*[^\n]", &m, &n) == 2 && getchar() == '\n';) {
        double *x = malloc(n * sizeof *x);
        printf("ok %zu\n", m);
        for (size_t i = 0; i < m && fread(x, sizeof *x, n, stdin) == n; i++) {
            double peak = -INFINITY, sum = 0;
            for (size_t j = 0; j < n; j++) peak = fmax(peak, x[j]);
            double shift = isfinite(peak) ? peak : 0;
            for (size_t j = 0; j < n; j++) sum += exp(x[j] - shift);
            double y = shift + log(sum);
            fwrite(&y, sizeof y, 1, stdout);
        }
        free(x);
        fflush(stdout);
    }
}
