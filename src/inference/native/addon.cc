// The link between Node.js and the kernels: memory for them, and calls. Node-API only, no state: any thread may load it.
#include <node_api.h>

#include <cstdlib>

#include "layer.h"

namespace {

struct KernelSet {
  const char* name;
  bool (*isSupported)();
  flatenn::Run run;
};

// The fastest first.
constexpr KernelSet SETS[] = {
    {"avx512vnni",
     [] {
       return __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") &&
              __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
     },
     flatenn::runAvx512Vnni},
    {"avxvnni", [] { return __builtin_cpu_supports("avxvnni") != 0; }, flatenn::runAvxVnni},
    {"avx2", [] { return __builtin_cpu_supports("avx2") != 0; }, flatenn::runAvx2},
};

napi_value failed(napi_env env, const char* message) {
  napi_throw_error(env, nullptr, message);
  return nullptr;
}

/** names(): the sets of kernels that this processor can run, the fastest first. */
napi_value names(napi_env env, napi_callback_info) {
  napi_value all;
  napi_create_array(env, &all);
  uint32_t count = 0;
  for (const KernelSet& set : SETS) {
    if (!set.isSupported()) continue;
    napi_value name;
    napi_create_string_utf8(env, set.name, NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, all, count++, name);
  }
  return all;
}

constexpr size_t LINE = 64;

/** memory(bytes): zeros that begin at a cache line; they take room when they are first written. */
napi_value memory(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argument;
  double bytes = 0;
  napi_get_cb_info(env, info, &argc, &argument, nullptr, nullptr);
  if (napi_get_value_double(env, argument, &bytes) != napi_ok) return failed(env, "memory(bytes): a number");
  void* const block = std::calloc(static_cast<size_t>(bytes) + LINE, 1);
  if (!block) return failed(env, "there is no memory left for the kernels");
  const uintptr_t aligned = (reinterpret_cast<uintptr_t>(block) + LINE - 1) & ~(LINE - 1);
  const auto release = [](napi_env, void*, void* hint) { std::free(hint); };
  napi_value buffer;
  if (napi_create_external_arraybuffer(env, reinterpret_cast<void*>(aligned), static_cast<size_t>(bytes), release, block,
                                       &buffer) != napi_ok) {
    std::free(block);
    return failed(env, "this runtime gives addons no memory of their own");
  }
  return buffer;
}

/** run(name, memory, layers, count): evaluates layers described in the memory. */
napi_value run(napi_env env, napi_callback_info info) {
  size_t argc = 4;
  napi_value arguments[4];
  char name[16] = {};
  void* data = nullptr;
  size_t bytes = 0;
  uint32_t layers = 0, count = 0;
  napi_get_cb_info(env, info, &argc, arguments, nullptr, nullptr);
  if (argc < 4 || napi_get_value_string_utf8(env, arguments[0], name, sizeof name, nullptr) != napi_ok ||
      napi_get_arraybuffer_info(env, arguments[1], &data, &bytes) != napi_ok ||
      napi_get_value_uint32(env, arguments[2], &layers) != napi_ok ||
      napi_get_value_uint32(env, arguments[3], &count) != napi_ok)
    return failed(env, "run(name, memory, layers, count)");
  for (const KernelSet& set : SETS) {
    if (std::strcmp(set.name, name) != 0) continue;
    if (!set.isSupported()) return failed(env, "this processor lacks the instructions of these kernels");
    set.run(static_cast<uint8_t*>(data), layers, count);
    return nullptr;
  }
  return failed(env, "there are no such kernels");
}

}  // namespace

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
  const auto add = [&](const char* name, napi_callback callback) {
    napi_value function;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
    napi_set_named_property(env, exports, name, function);
  };
  add("names", names);
  add("memory", memory);
  add("run", run);
  return exports;
}
