#pragma once

#include "core/base/ids.hpp"

namespace warren {

using raft_group_id = id<struct raft_group_tag>;  ///< a Raft group of this cluster, never reused

}  // namespace warren
