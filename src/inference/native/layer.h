// What a kernel is told about a layer. assembly/fields.ts lists it for TypeScript and AssemblyScript; its enums are C++ as
// they stand, so that C++ reads the same list.
#pragma once
#include <cstdint>
#include <cstring>

#define export ;
#define enum enum class
#include "../assembly/fields.ts"
;
#undef export
#undef enum

namespace flatenn {

/** A layer's description: one 32-bit word each. */
struct Words {
  const uint32_t* words;
  uint32_t operator[](Field field) const { return words[static_cast<int>(field)]; }
  Method method() const { return static_cast<Method>((*this)[Field::method]); }
  Finish finish() const { return static_cast<Finish>((*this)[Field::finish]); }
};

/** Evaluates `count` layers described from `layers` on, one behind the other; addresses count from `memory`. */
using Run = void (*)(uint8_t* memory, uint32_t layers, uint32_t count);

/** One for each set of instructions, from the same source (kernels.h). */
void runAvx512Vnni(uint8_t* memory, uint32_t layers, uint32_t count);
void runAvxVnni(uint8_t* memory, uint32_t layers, uint32_t count);
void runAvx2(uint8_t* memory, uint32_t layers, uint32_t count);

}  // namespace flatenn
