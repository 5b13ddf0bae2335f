// TensorFlow 2.21 logs two lines while it is loaded, through absl, which knows nothing of
// TF_CPP_MIN_LOG_LEVEL: the line is written by an initializer of the library itself. So this stands in a small
// library of its own, linked with `-z initfirst`: it is initialized before TensorFlow and hands the level on.
// The declaration is weak: a TensorFlow with another version of absl stays as it is, and talks.
#include <cstdlib>

namespace absl {
namespace lts_20250814 {
enum class LogSeverityAtLeast : int {};
__attribute__((weak)) void SetMinLogLevel(LogSeverityAtLeast level);
}  // namespace lts_20250814
}  // namespace absl

namespace {
__attribute__((constructor)) void hand_on_log_level() {
  const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  // Both count alike: 0 information, 1 warnings, 2 errors, 3 only what ends the process.
  if (level == nullptr || level[0] < '0' || level[0] > '3') return;
  auto set_min_log_level = &absl::lts_20250814::SetMinLogLevel;
  if (set_min_log_level == nullptr) return;
  set_min_log_level(static_cast<absl::lts_20250814::LogSeverityAtLeast>(level[0] - '0'));
}
}  // namespace
