"""The measures of embeddings computed independently with numpy, for numpy.test.ts.

Reads {"z": rows, "partner": rows, "predictor": rows} from standard input, writes the measures as JSON.
"""

import json
import sys

import numpy as np

request = json.load(sys.stdin)
z, partner, predictor = (np.array(request[name]) for name in ("z", "partner", "predictor"))
n, d = z.shape


def rank(weights):
    p = weights / weights.sum()
    p = p[p > 0]
    return float(np.exp(-(p * np.log(p)).sum()))


def unit(x):
    return x / np.linalg.norm(x, axis=1, keepdims=True)


singular = np.linalg.svd(z - z.mean(0), compute_uv=False)
values, vectors = np.linalg.eigh(np.einsum("ni,nj->ij", z, z) / n)
u = unit(z)
distances = [np.sum((u[i] - u[j]) ** 2) for i in range(n) for j in range(i)]
cosines = [
    float(v @ predictor @ v / np.linalg.norm(predictor @ v)) for v in vectors.T[::-1][:3]
]

covariance = np.linalg.eigvalsh(np.cov(z.T, bias=True))[::-1]
coefficients = np.corrcoef(z.T)
images = z.reshape(n // 4, 4, d)
means = images.mean(1)
within = np.mean([np.cov(image.T, bias=True) for image in images], axis=0)
between = np.cov(means.T, bias=True)
# Eigenvalues of S_w^-1 S_b are those of the symmetric form.
discriminant = np.linalg.eigvals(np.linalg.solve(within + 1e-4 * np.eye(d), between)).real

json.dump(
    {
        "eigenvalues": values[::-1].tolist(),
        "effectiveRank": rank(values),
        "rankMe": rank(singular),
        "participationRatio": float((singular**2).sum() ** 2 / (singular**4).sum()),
        "normalizedStd": float(np.sqrt(d) * u.std(0).mean()),
        "alignment": float(((u - unit(partner)) ** 2).sum(1).mean()),
        "uniformity": float(np.log(np.mean(np.exp(-2 * np.array(distances))))),
        "cosines": cosines,
        "asymmetry": float(np.linalg.norm(predictor - predictor.T) / np.linalg.norm(predictor)),
        "alphaReQ": float(-np.polyfit(np.log(np.arange(2, 7)), np.log(covariance[1:6]), 1)[0]),
        "lidar": rank(np.clip(discriminant, 0, None)),
        "scatter": [
            float(np.trace(np.cov(means.T)) - np.trace(within) / 3),
            float(np.trace(within) * 4 / 3),
        ],
        "offDiagonalCorrelation": float(np.abs(coefficients[~np.eye(d, dtype=bool)]).mean()),
        "correlationSpectrum": np.linalg.eigvalsh(coefficients)[::-1].tolist(),
        "dead": float((z.std(0) < 0.2 * z.std(0).mean()).mean()),
        "dimensions": int(np.searchsorted(np.cumsum(covariance) / covariance.sum(), 0.9) + 1),
        "varianceShare": float(1 - np.sum(u.mean(0) ** 2)),
    },
    sys.stdout,
)
