"""Every method that explains a field, as one call on (field, x). A new one is added here and gets the house's tests."""

import xai_tutorial as xt
from xai_tutorial import judges

METHODS = {
    "heatflow": lambda field, x: xt.heatflow(field, x, time=0.3, samples=40).values,
    "heatflow at times": lambda field, x: xt.heatflow(field, x, time=[0.1, 0.3], samples=40).values,
    "smoothed value": lambda field, x: xt.smoothed_value(field, x, time=0.3, samples=40).value,
    "smoothgrad": lambda field, x: xt.smoothgrad(field, x, sigma=0.3, samples=8).values,
    "interaction": lambda field, x: xt.interaction_strength(field, x, time=0.3, features=[0], samples=40),
}

# Judges take a map as well; here it is the input itself, which calls no field.
JUDGES = {
    "deletion": lambda field, x: judges.deletion(field, x, x).values,
    "insertion": lambda field, x: judges.insertion(field, x, x, substrate="mean", rescaled=True).area,
    "sensitivity-n": lambda field, x: judges.sensitivity_n(field, x, x, n=[1, 2], samples=8),
    "infidelity": lambda field, x: judges.infidelity(field, x, x, samples=8),
    "infidelity, normalised": lambda field, x: judges.infidelity(field, x, x, samples=8, normalize=True),
    "max-sensitivity": lambda field, x: judges.max_sensitivity(field, x, lambda field, x: field.gradient(x)),
}

METHODS |= JUDGES
