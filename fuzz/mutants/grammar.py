# SPDX-License-Identifier: MIT
"""
Grammar mutants: the machines written anew from rules of which one is wrong.

A mutant that gives the machines of the tree, byte for byte, is none: nothing that is compiled comes of the rule, or the rule says the
same otherwise. The rules are proven equal to the RFC's by `./dev proof`; here it is what the tests of the compiled code notice.
"""

import multiprocessing
import os
import pathlib
import random
import re
import shlex
import shutil
import subprocess

import rules
import suite

STYLE = '-T0' # tables compile faster, and do the same
RAGEL_SECONDS = 5 # of processor time
OBJECTS = {f'parser/{name}.rl': f'libparser_a-{name}.o' for name in ('request', 'response', 'chunked', 'target', 'value')}
OBJECTS |= {f'stream/{name}.rl': f'libfluxo_a-{name}.o' for name in ('list', 'decode', 'split', 'date', 'line')}
INCLUDE = re.compile(r'^\s*include\s+\w+\s+"([^"]+)";', re.M)


def find_files(top):
    paths = [*(top / 'parser').glob('*.rl'), *(top / 'parser/grammar').glob('*.rl'), *(top / 'stream').glob('*.rl')]
    return {str(path.relative_to(top)): path.read_text() for path in sorted(paths)}


def find_included(name, files):
    """What a machine is written from, itself included; names stand from the file's folder, or from parser/."""
    found, left = set(), [name]
    while left:
        name = left.pop()
        if name in found:
            continue
        found.add(name)
        for other in INCLUDE.findall(files[name]):
            beside = str(pathlib.PurePath(name).parent / other)
            left.append(beside if beside in files else f'parser/{other}')
    return found


def write_machine(source, tree, target):
    """Returns the machine's C, or None where Ragel refuses it, or does not come to an end."""
    done = subprocess.run(['ragel', '-C', '-L', STYLE, '-I', 'parser', '-o', str(target), source], cwd=tree,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=suite.limit_processor(RAGEL_SECONDS))
    if done.returncode:
        return None
    return ''.join(line for line in target.read_text().splitlines(keepends=True) if '#line' not in line) # it names the files


def find_link_command(build, program):
    said = subprocess.run(['make', '-n', 'V=1', '-W', 'libfluxo.a', program], cwd=build, capture_output=True, text=True, check=True).stdout
    return next(line for line in said.splitlines() if re.search(rf'-o {re.escape(program)} ', line))


# ---- Workers: each has a tree of rules, a library and programs ----

state = {}


def begin_worker(top, build, folder, files, machines, tests, environment, links):
    mine = folder / f'worker-{os.getpid()}'
    for name, text in files.items():
        (mine / name).parent.mkdir(parents=True, exist_ok=True)
        (mine / name).write_text(text)
    for test in tests:
        (mine / test.program).parent.mkdir(parents=True, exist_ok=True)
    state.update(top=top, build=build, folder=mine, files=files, machines=machines, tests=tests, environment=environment, links=links)


def compile_machine(source, text):
    folder, top = state['folder'], state['top']
    written = folder / 'written.c'
    written.write_text(text)
    command = ['gcc', '-std=c11', '-O0', '-w', f'-I{top}/stream', f'-I{top}/parser', '-c', '-o', str(folder / OBJECTS[source]), str(written)]
    return subprocess.run(command, capture_output=True).returncode == 0


def build_library(changed):
    """Whether all of it compiles."""
    folder = state['folder']
    shutil.copy2(state['build'] / 'libfluxo.a', folder / 'libfluxo.a')
    if not all(compile_machine(source, text) for source, text in changed.items()):
        return False
    subprocess.run(['ar', 'r', 'libfluxo.a', *(OBJECTS[source] for source in changed)], cwd=folder, check=True, capture_output=True)
    return True


def link(program):
    words = shlex.split(state['links'][program])
    words[words.index('-o') + 1] = str(state['folder'] / program)
    words = [str(state['folder'] / word) if word == 'libfluxo.a' else word for word in words]
    subprocess.run(words, cwd=state['build'], check=True, capture_output=True)


def write_changed(mutation):
    """The machines that are others now; None where one of them cannot be written."""
    folder, changed = state['folder'], {}
    (folder / mutation.file).write_text(mutation.text)
    try:
        for source, (text, included) in state['machines'].items():
            if mutation.file in included:
                written = write_machine(source, folder, folder / 'machine.c')
                if written is None:
                    return None
                if written != text:
                    changed[source] = written
    finally:
        (folder / mutation.file).write_text(state['files'][mutation.file])
    return changed


SAME, NO_MACHINE = 'the machines of the tree', 'no machine, or none that compiles'
NO_MUTANT = (SAME, NO_MACHINE)


def judge(mutation):
    changed = write_changed(mutation)
    if changed == {}:
        return mutation, SAME
    if changed is None or not build_library(changed):
        return mutation, NO_MACHINE
    stem = pathlib.PurePath(min(changed)).stem
    linked = set()
    about = {pathlib.PurePath(source).stem for source in changed}
    for test in suite.order([test for test in state['tests'] if about & set(test.about)], stem):
        if test.program not in linked:
            link(test.program)
            linked.add(test.program)
        if suite.fails(test, state['folder'], state['environment'], 5 * test.seconds + 1):
            test.kills[stem] = test.kills.get(stem, 0) + 1
            return mutation, test.name
    return mutation, None


def judge_all(top, build, folder, tests, environment, arguments):
    """Yields how many there are, then each mutant with the test that killed it, or None."""
    files = find_files(top)
    mutations = [mutation for name, text in files.items() if arguments.only in name
                 for mutation in rules.find_mutations(name, text) if mutation.key not in arguments.known]
    if arguments.sample and arguments.sample < len(mutations):
        mutations = random.Random(arguments.seed).sample(mutations, arguments.sample)
    folder.mkdir(parents=True)
    machines = {source: (write_machine(source, top, folder / 'machine.c'), find_included(source, files)) for source in OBJECTS}
    links = {test.program: find_link_command(build, test.program) for test in tests}
    yield len(mutations)
    with multiprocessing.Pool(arguments.jobs, begin_worker, (top, build, folder, files, machines, tests, environment, links)) as pool:
        yield from pool.imap_unordered(judge, mutations)
