//===- ChannelChoice.cpp - How many channels stay -------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Pruning/PruneChannels.h"

#include <cmath>

using namespace edgecc;
using namespace edgecc::pruning;
using namespace llvm;

namespace {
/// Goes down from all channels, level by level.
class Choice {
public:
  Choice(const ChannelGroups &groups, const ChannelStudy &study)
      : groups(groups), study(study), chosen(study.size(), 0) {}

  KeptCounts getKept() const { return getKept(chosen); }
  int64_t getMacs() const { return groups.countMacs(getKept()); }
  int64_t getLeastMacs() const {
    std::vector<size_t> last;
    for (const GroupStudy &group : study)
      last.push_back(group.levels.size() - 1);
    return groups.countMacs(getKept(last));
  }

  void reach(int64_t macs);
  void giveBack(int64_t macs);

private:
  KeptCounts getKept(ArrayRef<size_t> levels) const {
    KeptCounts kept;
    for (auto [group, level] : zip_equal(study, levels))
      kept.push_back(group.levels[level].kept);
    return kept;
  }
  double getNoise(size_t group, size_t level) const {
    return study[group].levels[level].noise;
  }
  int64_t countMacs(size_t group, size_t level) const {
    std::vector<size_t> changed = chosen;
    changed[group] = level;
    return groups.countMacs(getKept(changed));
  }

  const ChannelGroups &groups;
  const ChannelStudy &study;
  std::vector<size_t> chosen;
};
} // namespace

/// Takes, again and again, the step with the least noise for what it saves, of
/// as many levels at once as that is best for.
void Choice::reach(int64_t macs) {
  for (int64_t now = getMacs(); now > macs; now = getMacs()) {
    double least = HUGE_VAL;
    std::pair<size_t, size_t> best;
    for (size_t group = 0; group != study.size(); ++group)
      for (size_t level = chosen[group] + 1; level < study[group].levels.size();
           ++level) {
        // More than what is wanted is worth nothing.
        auto saved = double(now - std::max(macs, countMacs(group, level)));
        double noise = getNoise(group, level) - getNoise(group, chosen[group]);
        double price = std::max(noise, 0.0) / saved;
        if (saved > 0.0 && price < least) {
          least = price;
          best = {group, level};
        }
      }
    // Levels that are no numbers are all that is left.
    if (least == HUGE_VAL)
      return;
    chosen[best.first] = best.second;
  }
}

/// The last step may have made earlier ones needless: takes them back, the
/// noisiest first.
void Choice::giveBack(int64_t macs) {
  while (true) {
    double most = 0;
    std::pair<size_t, size_t> best;
    for (size_t group = 0; group != study.size(); ++group)
      for (size_t level = 0; level < chosen[group]; ++level) {
        double gain = getNoise(group, chosen[group]) - getNoise(group, level);
        if (gain > most && countMacs(group, level) <= macs) {
          most = gain;
          best = {group, level};
        }
      }
    if (most == 0)
      return;
    chosen[best.first] = best.second;
  }
}

std::optional<KeptCounts> pruning::chooseKept(const ChannelGroups &groups,
                                              const ChannelStudy &study,
                                              double ratio, double *most) {
  Choice choice(groups, study);
  auto all = double(choice.getMacs());
  if (most)
    *most = all > 0 ? 1.0 - double(choice.getLeastMacs()) / all : 0.0;
  auto wanted = int64_t(std::floor(all * (1.0 - ratio)));
  choice.reach(wanted);
  if (choice.getMacs() > wanted)
    return std::nullopt;
  choice.giveBack(wanted);
  return choice.getKept();
}
