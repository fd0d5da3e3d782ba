import pytest
import torch
from torch import nn

import xai_tutorial as xt


def quadratic(x):
    """x1^2 + 3 x1 x2."""
    return x[:, 0] ** 2 + 3 * x[:, 0] * x[:, 1]


X = torch.tensor([[1.0, 2.0], [0.5, -1.0], [3.0, 0.0]], dtype=torch.float64)


def test_value_gradient_and_second_order_of_a_quadratic():
    field = xt.ScalarField(quadratic, batch_size=2)
    assert torch.allclose(field.value(X), quadratic(X))
    expected = torch.stack([2 * X[:, 0] + 3 * X[:, 1], 3 * X[:, 0]], 1)
    assert torch.allclose(field.gradient(X), expected)
    v = torch.tensor([[1.0, -2.0]], dtype=torch.float64)
    assert torch.allclose(field.derivative(X, v), expected @ v[0])
    assert torch.allclose(field.hessian_vector(X, v), torch.tensor([[2 - 6.0, 3.0]], dtype=torch.float64).expand(3, 2))


def test_linear_field_has_no_curvature():
    field = xt.ScalarField(lambda x: x @ torch.tensor([2.0, -1.0], dtype=torch.float64))
    assert torch.equal(field.hessian_vector(X, X), torch.zeros_like(X))


def test_targets_by_class_by_row_and_as_difference():
    scores = nn.Linear(2, 3).double()
    one, rows = xt.ScalarField(scores, 2), xt.ScalarField(scores, torch.tensor([0, 2, 1]), batch_size=2)
    assert torch.allclose(one.value(X), scores(X)[:, 2])
    assert torch.allclose(rows.value(X), scores(X)[range(3), [0, 2, 1]])
    difference = xt.ScalarField(scores, (0, 1), output="difference")
    assert torch.allclose(difference.value(X), scores(X)[:, 0] - scores(X)[:, 1])
    pairs = xt.ScalarField(scores, torch.tensor([[0, 1], [1, 2], [2, 0]]), output="difference", batch_size=1)
    assert torch.allclose(pairs.value(X)[2], (scores(X)[:, 2] - scores(X)[:, 0])[2])
    probability = xt.ScalarField(scores, 1, output="probability")
    assert torch.allclose(probability.value(X), scores(X).softmax(1)[:, 1])


def test_rows_keep_their_targets():
    scores = nn.Linear(2, 3).double()
    field = xt.ScalarField(scores, torch.tensor([0, 2, 1]))
    again = field.for_rows(torch.tensor([2, 2, 0, 1]))
    assert torch.allclose(again.value(X[[2, 2, 0, 1]]), field.value(X)[[2, 2, 0, 1]])


def test_pull_back_through_polar_coordinates():
    def chart(z):
        return torch.stack([z[:, 0] * z[:, 1].cos(), z[:, 0] * z[:, 1].sin()], 1)

    z = torch.tensor([[1.5, 0.3], [0.7, 2.0]], dtype=torch.float64)
    pulled = xt.ScalarField(lambda x: x.square().sum(1)).pull_back(chart)
    assert torch.allclose(pulled.gradient(z), torch.stack([2 * z[:, 0], torch.zeros(2, dtype=z.dtype)], 1), atol=1e-12)


def test_pulled_back_modules_are_evaluated_quietly(smooth_net):
    class Decoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.Sequential(nn.Linear(2, 4), nn.Dropout(0.5)).double()

        def forward(self, z):
            return self.layers(z)

    decoder = Decoder()
    pulled = xt.ScalarField(smooth_net, 0).pull_back(decoder)
    assert torch.equal(pulled.value(X), pulled.value(X))
    assert decoder.training
    assert smooth_net.training


def test_works_inside_no_grad_and_inference_mode():
    field = xt.ScalarField(quadratic)
    expected = field.gradient(X)
    with torch.no_grad():
        assert torch.equal(field.gradient(X), expected)
    with torch.inference_mode():
        assert torch.equal(field.gradient(X.clone()), expected)


@pytest.mark.parametrize(
    ("x", "says"),
    [
        (X.clone().index_put((torch.tensor(0), torch.tensor(0)), torch.tensor(float("nan"), dtype=X.dtype)), "NaN"),
        (X[0], "batch"),
        (X[:0], "at least one item"),
        (X.long(), "floats"),
        ("a picture", "str"),
    ],
)
def test_bad_inputs_are_refused_in_a_sentence(x, says):
    with pytest.raises(xt.InputError, match=says) as caught:
        xt.ScalarField(quadratic).gradient(x)
    assert "\n" not in str(caught.value)


def test_a_field_must_be_scalar():
    with pytest.raises(xt.FieldError, match="say which with target="):
        xt.ScalarField(nn.Linear(2, 3).double()).value(X)
    with pytest.raises(xt.FieldError, match="B numbers"):
        xt.ScalarField(lambda x: x.sum()).value(X)
    with pytest.raises(xt.FieldError, match="tensor, got tuple"):
        xt.ScalarField(lambda x: (x, x)).value(X)
    with pytest.raises(xt.FieldError, match="detached"):
        xt.ScalarField(lambda x: x.detach().sum(1)).gradient(X)
    with pytest.raises(xt.FieldError, match=r"shape \(3, 2\)"):
        xt.ScalarField(nn.Linear(5, 1).double()).value(X)


def test_targets_must_exist():
    scores = nn.Linear(2, 3).double()
    for target in (3, -1):
        with pytest.raises(xt.InputError, match="out of range: the model has 3 outputs"):
            xt.ScalarField(scores, target).value(X)
    with pytest.raises(xt.InputError, match="2 targets for 3 rows"):
        xt.ScalarField(scores, torch.tensor([0, 1])).value(X)
    with pytest.raises(xt.InputError, match="class number"):
        xt.ScalarField(scores, 0.5)
    with pytest.raises(xt.InputError, match="pair of classes"):
        xt.ScalarField(scores, 1, output="difference")
    with pytest.raises(xt.InputError, match="needs a target"):
        xt.ScalarField(scores, output="probability")
    with pytest.raises(xt.InputError, match="one of logit"):
        xt.ScalarField(scores, 1, output="softmax")


def test_model_and_input_must_live_together():
    with pytest.raises(xt.InputError, match="on meta and the input on cpu"):
        xt.ScalarField(nn.Linear(2, 1, device="meta").double()).value(X)
    with pytest.raises(xt.InputError, match=r"torch.float32 and the input is torch.float64"):
        xt.ScalarField(nn.Linear(2, 1, dtype=torch.float32)).value(X)
