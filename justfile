# Tasks of the project. They run what `.venv` holds, which `pip install --editable '.[test]'` fills; none of them needs root.

export PATH := justfile_directory() / ".venv/bin" + ":" + env("PATH")
# What is compiled is kept, whatever the machine is set to: the tests start hundreds of processes, and each would compile it all again.
export PYTHONDONTWRITEBYTECODE := ""

constraints := "uv export --quiet --frozen --no-hashes --no-header --no-annotate --no-emit-project"
every_extra := constraints + " --all-extras"
without_compiler := constraints + " --no-dev --no-emit-package durable-rules"

# list the tasks
default:
    @just --list --unsorted

# style, types, layers, and the lock with what is made from it
lint: style types layers pins

# ruff: what is wrong, and the layout
style:
    ruff check .
    ruff format --check .

# mypy --strict
types:
    mypy
    mypy .ci/environments.py

# imports run one way
layers:
    lint-imports

# the lock agrees with pyproject.toml, the files made from it with the lock
pins:
    uv lock --check --quiet
    {{ every_extra }} | diff constraints.txt -
    {{ without_compiler }} | diff requirements-without-compiler.txt -

# make the lock agree with pyproject.toml, and the files made from it (--upgrade: with the newest of everything)
lock *options:
    uv lock {{ options }}
    {{ every_extra }} > constraints.txt
    {{ without_compiler }} > requirements-without-compiler.txt

# all tests but the slow ones, on two cores
test *options:
    pytest -n 2 --dist worksteal {{ options }}

# all tests, and every property on half of its examples
test-all *options:
    CI=1 pytest -n 2 --dist worksteal -m "" {{ options }}

# every property on at least 25 times all its examples, and 20,000 large rulebooks, with seed and figures
soak *options: soak-rulebooks
    SEKSKANT_SOAK=1 pytest -n 2 -m hypothesis --hypothesis-show-statistics {{ options }}

# all that is said of large random rulebooks compared with trying everything (`just soak-rulebooks --rulebooks 2000`)
soak-rulebooks *options:
    python tests/soak.py {{ options }}

# small changes to a room or a module, and which of them its tests do not notice (`just mutate engine/values --sample 60`)
mutate *options:
    python tests/mutation.py {{ options }}

# bring the catalogue of texts up to date with the source; what is new is to be translated
texts:
    python -m tests.catalogue

# write anew what the documents show: the commands' output and help, the diagnostics, the lints
docs:
    SEKSKANT_WRITE_EXPECTED=1 pytest -q -m "" tests/project/test_docs.py tests/project/test_tutorial.py \
        tests/project/test_where_things_are.py tests/engine/authoring/test_lints.py

# the tests with the newest of everything that pyproject.toml allows
newest:
    python .ci/environments.py newest

# the tests with the oldest of everything that pyproject.toml names
oldest:
    python .ci/environments.py oldest

# the tests as locked, on each other Python that this machine has
pythons:
    python .ci/environments.py pythons
