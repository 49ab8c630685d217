import { spawnSync } from "node:child_process";

import { expect, test } from "@jest/globals";

import { commandFaults, fillCommand, fillValue, valueFaults } from "../../src/core/placeholders.ts";
import { seededRandom } from "./seeded-random.ts";

const PARAMS = {
  lr: 0.1,
  name: 'it\'s $(touch x) `y` "z" \\ ; # \n',
  nothing: null,
  list: [1, "a"],
};

const run = (shell: string, command: string): string =>
  spawnSync(shell, ["-c", command], { encoding: "utf8" }).stdout;

test("a value is one word of the command, whatever it holds", () => {
  const command =
    "printf '<%s>' a{{ params.name }}b {{params.lr}} {{ params.nothing }} --x={{ params.list }}";
  const filled = fillCommand(command, PARAMS);

  for (const shell of ["sh", "bash"])
    expect(run(shell, filled)).toBe(`<a${PARAMS.name}b><0.1><><--x=[1,"a"]>`);
});

test("a number is no file descriptor", () => {
  expect(run("sh", fillCommand("printf '%s' {{ params.n }}>&1", { n: 2 }))).toBe("2");
});

test.each([
  ['echo "{{ params.lr }}"', "inside double quotes"],
  ["echo '{{ params.lr }}'", "inside single quotes"],
  ["echo `echo {{ params.lr }}`", "inside backticks"],
  ['echo "$(echo {{ params.lr }})"', "inside double quotes"],
  ["# {{ params.lr }}\ntrue", "in a comment"],
  ["cat <<EOF\n{{ params.lr }}\nEOF", "inside a here-document"],
  ["cat <<-'EOF'\n\t{{ params.lr }}\n\tEOF", "inside a here-document"],
  ["cat << {{ params.lr }}\nx", "here-document"],
  ["echo $(( {{ params.lr }} + 1 ))", "inside arithmetic"],
  ["echo ${x:-{{ params.lr }}}", "inside ${…}"],
  ["echo ${{ params.lr }}", "inside ${…}"],
  [String.raw`echo \{{ params.lr }}`, "behind a backslash"],
  [String.raw`echo $'\'' {{ params.lr }}`, "behind $'…'"],
  ["it's {{ params.lr }}", "inside single quotes"],
  ["echo {{ params.rl }}", "did you mean lr?"],
])("%j cannot be filled, and is left as it is", (command, reason) => {
  const [fault] = commandFaults(command, PARAMS);

  expect(fault?.message).toContain(reason);
  expect(fault?.index).toBe(command.indexOf("{{"));
  expect(fillCommand(command, PARAMS)).toBe(command);
});

test.each([
  'echo "$x" {{ params.lr }}',
  "echo $(cat f) {{ params.lr }} $((1 + 1)) ${x:-'}'} {{ params.lr }}",
  "cat <<'EOF'\nit's\nEOF\necho {{ params.lr }}",
  "echo a#b {{ params.lr }} # it's a comment\necho {{ params.lr }}",
  "(cd a && ./b {{ params.lr }}) && x=$(./c {{ params.lr }})",
  "case $x in a) ./b {{ params.lr }};; esac",
  'echo "$(date +"%Y") it\'s" {{ params.lr }}',
  "grep -c x <<< {{ params.lr }}",
])("%j can be filled", (command) => {
  expect(commandFaults(command, PARAMS)).toEqual([]);
  expect(fillCommand(command, PARAMS)).toBe(command.replaceAll("{{ params.lr }}", "'0.1'"));
});

test("what is no placeholder of a parameter stays", () => {
  const command = "echo {{ name }} {{params}} {{ params. }} {{ params.lr } } ${{ github.sha }}";

  expect(commandFaults(command, PARAMS)).toEqual([]);
  expect(fillCommand(command, PARAMS)).toBe(command);
});

test("in a variable's value a placeholder may stand anywhere, and is filled once", () => {
  expect(fillValue('"{{ params.a }}"', { a: "{{ params.b }}", b: "no" })).toBe('"{{ params.b }}"');
  expect(valueFaults("{{ params.constructor }}", PARAMS)).toHaveLength(1);
});

test("no accepted command lets a value be read as shell (seed 6)", () => {
  const random = seededRandom(6);
  const parts = [
    "'",
    '"',
    "`",
    "$(",
    "${x:-",
    "$((",
    "((",
    "(",
    ")",
    "}",
    "\\",
    "\n",
    " ",
    "#",
    "<<E\n",
    "E\n",
    "$",
    "$'",
    "case a in a)",
    "esac",
    ";",
    "echo ",
    "{{ params.v }}",
    "{{ params.v }}",
    "|",
    "&",
    "x=",
  ] as const;
  // Run by a shell this prints PWNED; shown as text it does not.
  const evil = 'echo PW""NED';
  const params = { v: `';${evil};'$(${evil})\`${evil}\`"\n${evil}\n` };
  let accepted = 0;
  while (accepted < 100) {
    let command = "{{ params.v }}";
    for (let count = 1 + random.below(5); count > 0; count -= 1)
      command = `${random.pick(parts)}${command}`;
    for (let count = random.below(3); count > 0; count -= 1) command += random.pick(parts);
    if (commandFaults(command, params).length > 0) continue;
    accepted += 1;
    for (const shell of ["sh", "bash"]) {
      const { stdout, stderr } = spawnSync(shell, ["-c", fillCommand(command, params)], {
        encoding: "utf8",
      });
      expect({ command, said: `${stdout}${stderr}` }).not.toEqual({
        command,
        said: expect.stringContaining("PWNED"),
      });
    }
  }
});

// A time that grew with the square of the length would be over the test's own by far.
test("hostile commands of any length are judged", () => {
  for (const part of [
    "(",
    "${",
    "$(",
    '"${',
    "`",
    "'",
    "\\",
    "((",
    "<<a\n",
    "{{ params.x }}",
    "# '\n",
  ]) {
    const command = part.repeat(256_000 / part.length);
    expect(() => commandFaults(command, {})).not.toThrow();
  }
});
