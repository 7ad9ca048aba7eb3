//===- Elf.cpp - What an ELF file tells about code size and symbols -------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Elf.h"
#include "Process.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Demangle/Demangle.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Object/ObjectFile.h"

using namespace llvm;

namespace edgecc::execute {

static constexpr StringRef kWeightsInObject = ".rodata.edgecc_weights";
static constexpr StringRef kWeightsInImage = ".edgecc_weights";

static bool liesInFlash(const object::ELFSectionRef &section, StringRef name) {
  if (!(section.getFlags() & ELF::SHF_ALLOC) ||
      section.getType() == ELF::SHT_NOBITS)
    return false;
  // Unwind tables and notes are not loaded where exceptions are off.
  return !name.starts_with(".eh_frame") && !name.starts_with(".note");
}

Expected<Flash> readFlash(StringRef file) {
  Expected<object::OwningBinary<object::ObjectFile>> binary =
      object::ObjectFile::createObjectFile(file);
  if (!binary)
    return binary.takeError();
  if (!binary->getBinary()->isELF())
    return makeError("'" + file + "' is not an ELF file");

  Flash flash;
  for (const object::SectionRef &section : binary->getBinary()->sections()) {
    Expected<StringRef> name = section.getName();
    if (!name)
      return name.takeError();
    if (!liesInFlash(section, *name))
      continue;
    flash.total += section.getSize();
    if (name->starts_with(kWeightsInObject) || *name == kWeightsInImage)
      flash.weights += section.getSize();
  }
  flash.code = flash.total - flash.weights;
  return flash;
}

Expected<SymbolTable> SymbolTable::read(StringRef file) {
  Expected<object::OwningBinary<object::ObjectFile>> binary =
      object::ObjectFile::createObjectFile(file);
  if (!binary)
    return binary.takeError();

  SymbolTable table;
  for (const object::SymbolRef &symbol : binary->getBinary()->symbols()) {
    Expected<StringRef> name = symbol.getName();
    Expected<uint64_t> address = symbol.getAddress();
    Expected<object::SymbolRef::Type> type = symbol.getType();
    if (!name || !address || !type) {
      consumeError(name.takeError());
      consumeError(address.takeError());
      consumeError(type.takeError());
      continue;
    }
    table.addresses[name->str()] = *address;
    if (*type == object::SymbolRef::ST_Function)
      table.functions.emplace_back(*address, name->str());
  }
  llvm::sort(table.functions);
  return table;
}

std::optional<uint64_t> SymbolTable::addressOf(StringRef name) const {
  auto found = addresses.find(name.str());
  if (found == addresses.end())
    return std::nullopt;
  return found->second;
}

std::string SymbolTable::functionAt(uint64_t address) const {
  auto next = llvm::upper_bound(
      functions, address,
      [](uint64_t value, const auto &entry) { return value < entry.first; });
  if (next == functions.begin())
    return "(unknown)";
  return demangle(std::prev(next)->second);
}

} // namespace edgecc::execute
