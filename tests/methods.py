"""Every method that explains a field, as one call on (field, x). A new one is added here and gets the house's tests."""

import xai_tutorial as xt
from xai_tutorial import judges

METHODS = {
    "gradient": lambda field, x: xt.gradient(field, x).values,
    "input x gradient": lambda field, x: xt.input_times_gradient(field, x).values,
    "integrated gradients": lambda field, x: xt.integrated_gradients(field, x, steps=8).values,
    "integrated gradients auto": lambda field, x: xt.integrated_gradients(field, x, steps="auto").values,
    "smooth IG": lambda field, x: xt.smooth_ig(field, x, steps=4, samples=3).values,
    "expected gradients": lambda field, x: xt.expected_gradients(field, x, baselines=0 * x.detach(), samples=9).values,
    "BlurIG": lambda field, x: (
        xt.blur_ig(field.pull_back(lambda picture: picture.flatten(1)), x.reshape(-1, 1, 2, 2), steps=8).values
    ),
    "GuidedIG": lambda field, x: xt.guided_ig(field, x, steps=6).values,
    "SAMP": lambda field, x: xt.samp(field, 0 * x, x, nodes=3).values,
    "SAMP++": lambda field, x: xt.samp(field, 0 * x, x, constraint=0.2, momentum=0.5, nodes="trapezoid").values,
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
