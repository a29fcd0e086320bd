// SPDX-License-Identifier: Apache-2.0
// The parts that every HTML report shares: one page that needs nothing beside it, for light and dark screens.
#pragma once

#include <string>
#include <string_view>

namespace warpevm::tools {

/// Text with what HTML takes for its own replaced.
std::string escaped(std::string_view text);
/// A figure and what it is, as a box; both are HTML.
std::string card(const std::string& value, const std::string& what);
/// The page up to its content; `more_style` is added to the shared style.
std::string page_head(std::string_view title, std::string_view more_style);
std::string page_end();

}  // namespace warpevm::tools
