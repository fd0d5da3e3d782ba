"""Every method that explains a field, as one call on (field, x). A new one is added here and gets the house's tests."""

import xai_tutorial as xt

METHODS = {
    "heatflow": lambda field, x: xt.heatflow(field, x, time=0.3, samples=40).values,
    "heatflow at times": lambda field, x: xt.heatflow(field, x, time=[0.1, 0.3], samples=40).values,
    "smoothed value": lambda field, x: xt.smoothed_value(field, x, time=0.3, samples=40).value,
    "smoothgrad": lambda field, x: xt.smoothgrad(field, x, sigma=0.3, samples=8).values,
    "interaction": lambda field, x: xt.interaction_strength(field, x, time=0.3, features=[0], samples=40),
}
