//===- insncount.c - QEMU plugin: instructions between two addresses ------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Counts exactly the instructions that are executed after the one at `begin`
// and before the one at `end`, by class and by block. Arguments:
//   begin=ADDRESS end=ADDRESS [layer=ADDRESS] out=FILE isa=thumb|a64|other
// Each time the region ends, FILE is written anew with lines
//   total COUNT | class NAME COUNT | words COUNT | block ADDRESS COUNT
// The address `layer` + 4 * i is a mark of layer i: from there to the next
// mark, or to the end, instructions belong to that layer. Lines
//   layer COUNT
// are written in the order of layers, up to the last one that was marked.
//
// The entry points of the plugin interface, version 1, are declared here, since
// Debian has no package with qemu-plugin.h.
//
//===----------------------------------------------------------------------===//

#include "classify.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void (*tb_callback)(plugin_id, struct qemu_plugin_tb *);
typedef void (*exec_callback)(unsigned cpu, void *data);

extern void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, tb_callback);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
extern uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *);
extern struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
extern const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *);
extern uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);
extern void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *,
                                                     int operation,
                                                     void *counter,
                                                     uint64_t value);
extern void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *,
                                                   exec_callback, int flags,
                                                   void *data);

#define EXPORT __attribute__((visibility("default")))
EXPORT int qemu_plugin_version = 1;

enum { INLINE_ADD = 0, NO_REGISTERS = 0 };

/* A translated block. QEMU counts its executions inline, which is fast. */
struct block {
  struct block *next;
  uint64_t address, count;
  size_t size;
  uint8_t *classes; /* of each instruction */
  uint8_t *words;   /* registers that each moves, if it moves several */
};

/* A place inside a block, where the region or a layer begins or ends. */
struct mark {
  struct block *block;
  size_t index;
  int layer;
};

static enum { THUMB, A64, OTHER } isa = OTHER;
static uint64_t begin_address, end_address, layer_address;
static const char *out_path;
static struct block *blocks;
static const struct mark *begin_mark; /* not null while the region is open */

static uint64_t totals[CLASS_COUNT], total, words;

enum { MAX_LAYERS = 4096, NO_LAYER = -1 };
static uint64_t layer_counts[MAX_LAYERS];
/* How many there are; the one that runs, and the total when it began. */
static int layers, current_layer = NO_LAYER;
static uint64_t layer_begin;

static uint64_t add(const struct block *block, size_t from, size_t to,
                    uint64_t times) {
  for (size_t i = from; i < to; ++i) {
    totals[block->classes[i]] += times;
    words += times * block->words[i];
  }
  total += times * (to - from);
  return times * (to - from);
}

/* The block with the begin mark was entered before the mark, and the one with
   the end mark is left after it: of each, one execution counts in part. */
static uint64_t add_block(const struct block *block, const struct mark *end) {
  const bool first = block == begin_mark->block, last = block == end->block;
  if (first && last && block->count == 1)
    return add(block, begin_mark->index + 1, end->index, 1);
  uint64_t added = add(block, 0, block->size,
                       block->count - (uint64_t)first - (uint64_t)last);
  if (first)
    added += add(block, begin_mark->index + 1, block->size, 1);
  if (last)
    added += add(block, 0, end->index, 1);
  return added;
}

static void clear_totals(void) {
  memset(totals, 0, sizeof totals);
  total = words = 0;
}

/* The layer that runs ends at the present total. */
static void end_layer(void) {
  if (current_layer != NO_LAYER)
    layer_counts[current_layer] += total - layer_begin;
  layer_begin = total;
}

static void write_layers(FILE *file) {
  end_layer();
  for (int i = 0; i < layers; ++i)
    fprintf(file, "layer %" PRIu64 "\n", layer_counts[i]);
}

static void write_result(const struct mark *end) {
  FILE *file = fopen(out_path, "w");
  if (!file) {
    fprintf(stderr, "insncount: cannot write %s\n", out_path);
    return;
  }
  clear_totals();
  for (const struct block *block = blocks; block; block = block->next)
    if (block->count)
      fprintf(file, "block %#" PRIx64 " %" PRIu64 "\n", block->address,
              add_block(block, end));
  if (isa != OTHER)
    for (int i = 0; i < CLASS_COUNT; ++i)
      if (totals[i])
        fprintf(file, "class %s %" PRIu64 "\n", class_names[i], totals[i]);
  fprintf(file, "words %" PRIu64 "\ntotal %" PRIu64 "\n", words, total);
  write_layers(file);
  fclose(file);
}

static void on_begin(unsigned cpu, void *data) {
  (void)cpu;
  begin_mark = data;
  layers = 0;
  current_layer = NO_LAYER;
  memset(layer_counts, 0, sizeof layer_counts);
  for (struct block *block = blocks; block; block = block->next)
    block->count = block == begin_mark->block;
}

static void on_end(unsigned cpu, void *data) {
  (void)cpu;
  if (begin_mark)
    write_result(data);
  begin_mark = NULL;
}

static void on_layer(unsigned cpu, void *data) {
  (void)cpu;
  if (!begin_mark)
    return;
  clear_totals();
  for (const struct block *block = blocks; block; block = block->next)
    if (block->count)
      add_block(block, data);
  end_layer();
  current_layer = ((const struct mark *)data)->layer;
  if (layers <= current_layer)
    layers = current_layer + 1;
}

static void watch(struct qemu_plugin_insn *insn, exec_callback callback,
                  struct block *block, size_t index, int layer) {
  struct mark *mark = malloc(sizeof *mark);
  if (!mark)
    abort();
  mark->block = block;
  mark->index = index;
  mark->layer = layer;
  qemu_plugin_register_vcpu_insn_exec_cb(insn, callback, NO_REGISTERS, mark);
}

static void classify(struct block *block, size_t index, const uint8_t *data) {
  if (isa == THUMB) {
    block->classes[index] = (uint8_t)classify_thumb(data);
    block->words[index] = (uint8_t)multiple_words(data);
  } else if (isa == A64) {
    block->classes[index] = (uint8_t)classify_a64(data);
  }
}

static struct block *new_block(const struct qemu_plugin_tb *tb) {
  struct block *block = calloc(1, sizeof *block);
  const size_t size = qemu_plugin_tb_n_insns(tb);
  uint8_t *bytes = calloc(size ? size : 1, 2);
  if (!block || !bytes)
    abort();
  block->address = qemu_plugin_tb_vaddr(tb);
  block->size = size;
  block->classes = bytes;
  block->words = bytes + size;
  block->next = blocks;
  blocks = block;
  return block;
}

static void on_translate(plugin_id id, struct qemu_plugin_tb *tb) {
  (void)id;
  struct block *block = new_block(tb);
  for (size_t i = 0; i < block->size; ++i) {
    struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
    classify(block, i, qemu_plugin_insn_data(insn));
    const uint64_t address = qemu_plugin_insn_vaddr(insn);
    if (address == begin_address)
      watch(insn, on_begin, block, i, NO_LAYER);
    if (address == end_address)
      watch(insn, on_end, block, i, NO_LAYER);
    const uint64_t place = address - layer_address;
    if (layer_address && place < 4 * MAX_LAYERS && place % 4 == 0)
      watch(insn, on_layer, block, i, (int)(place / 4));
  }
  qemu_plugin_register_vcpu_tb_exec_inline(tb, INLINE_ADD, &block->count, 1);
}

static void read_argument(const char *argument) {
  if (!strncmp(argument, "begin=", 6))
    begin_address = strtoull(argument + 6, NULL, 0);
  else if (!strncmp(argument, "end=", 4))
    end_address = strtoull(argument + 4, NULL, 0);
  else if (!strncmp(argument, "layer=", 6))
    layer_address = strtoull(argument + 6, NULL, 0);
  else if (!strncmp(argument, "out=", 4))
    out_path = strdup(argument + 4);
  else if (!strcmp(argument, "isa=thumb"))
    isa = THUMB;
  else if (!strcmp(argument, "isa=a64"))
    isa = A64;
}

EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc,
                               char **argv) {
  (void)info;
  for (int i = 0; i < argc; ++i)
    read_argument(argv[i]);
  if (!begin_address || !end_address || !out_path) {
    fprintf(stderr, "insncount: needs begin=, end= and out=\n");
    return -1;
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
  return 0;
}
