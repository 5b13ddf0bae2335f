// @ts-check
// What the user reads when TensorFlow cannot be set up.

/**
 * @param {{ wheel: boolean, pip: boolean, compiler: boolean, cxx?: string | undefined }} lacking which of the
 *   three prerequisites is missing: a published library for this platform, pip, a C++ compiler
 */
export function tensorflowMissingMessage({ wheel, pip, compiler, cxx }) {
  const lines = ["TensorFlow's native library could not be set up, and this command needs it."];
  if (wheel)
    lines.push(
      "  TensorFlow publishes no native library for this platform: use Linux (glibc) or a Mac with Apple silicon.",
    );
  if (pip) {
    lines.push(
      "  Missing: python3 with pip, which downloads the library.",
      "    Debian, Ubuntu: sudo apt install python3-pip      Fedora: sudo dnf install python3-pip",
      "    macOS: xcode-select --install, or brew install python",
    );
  }
  if (compiler) {
    lines.push(
      cxx
        ? `  Missing: the C++ compiler that the variable CXX names, ${cxx}: install it or unset CXX.`
        : "  Missing: a C++ compiler (g++ or clang++), which compiles the link to Node.js.",
      "    Debian, Ubuntu: sudo apt install g++      Fedora: sudo dnf install gcc-c++",
      "    macOS: xcode-select --install",
    );
  }
  lines.push(
    wheel ? "Without it work:" : "Then repeat the command. Without TensorFlow work:",
    "  npm run figures   tables and figures from results that are there",
    "  npm run check     formatting, linting and types",
    "  npm run doctor    what is there and what is missing",
    "  import ... from 'flatenn'   everything but training: quantization, faults, statistics, exhibits",
  );
  return lines.join("\n");
}
