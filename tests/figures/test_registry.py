import pytest

import xai_tutorial as xt
from xai_tutorial.figures import built, entry, registry

PAPERS = {"heatflow": 14, "neflag": 7, "tangent": 8, "mig": 9, "samp": 6}


def test_all_figures_and_tables_are_registered():
    assert len(registry()) == 44
    for paper, count in PAPERS.items():
        assert sum(id.startswith(f"{paper}/") for id in registry()) == count
    for known in registry().values():
        assert known.title
        assert known.shows
        assert known.data


def test_what_is_built_has_claims_with_bands_and_reasons():
    assert {"heatflow/fig1a", "heatflow/fig1b", "heatflow/table1", "samp/fig1", "samp/fig2", "samp/fig3"} <= set(
        built()
    )
    for id in built():
        claims = entry(id).claims
        assert claims
        assert len({claim.name for claim in claims}) == len(claims)
        for claim in claims:
            assert claim.band[0] < claim.band[1]
            assert len(claim.reason) > 20


def test_unknown_ids_bring_a_suggestion():
    with pytest.raises(xt.UnknownNameError, match="did you mean heatflow/fig1"):
        entry("heatflow/fig1")
