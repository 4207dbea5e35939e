import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  {
    rules: {
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-unused-private-class-members": "error",
      complexity: ["error", 12],
      "max-lines": ["error", 260],
      "max-lines-per-function": ["error", 40],
    },
  },
  { files: ["gst_core/ui/map_component/*.js"], languageOptions: { globals: globals.browser } },
  { files: ["tests/js/*.js"], languageOptions: { globals: globals.node }, rules: { "max-lines-per-function": "off" } },
];
