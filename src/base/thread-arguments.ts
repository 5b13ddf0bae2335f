/** Options of Node that are about the code on its command line; with some of them no file can be run. */
const OF_CODE = /^(--input-type(=|$)|-e$|--eval(=|$)|-p$|-pe$|--print(=|$))/;

/**
 * Options of Node for a thread that runs a file: those of this process, but for the ones that are about code given on the
 * command line (`node --input-type=module -e ...`), which a file would be refused with.
 */
export function threadArguments(all: readonly string[] = process.execArgv): string[] {
  return all.filter((each, i) => {
    const before = all[i - 1] ?? "";
    return !OF_CODE.test(each) && !(OF_CODE.test(before) && !before.includes("="));
  });
}
