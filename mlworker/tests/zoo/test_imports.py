import subprocess
import sys


def test_the_zoo_is_listed_without_loading_keras():
    code = "import sys, mlworker.zoo, mlworker.zoo.registry; print({'keras', 'tensorflow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
