import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/tools","description":"","frontmatter":{},"headers":[],"relativePath":"packages/tools/CHANGELOG.md","filePath":"packages/tools/CHANGELOG.md"}');
const _sfc_main = { name: "packages/tools/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-tools" tabindex="-1">@stageflow/tools <a class="header-anchor" href="#stageflow-tools" aria-label="Permalink to &quot;@stageflow/tools&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p>Tools for models. <code>defineTool</code> takes any Standard Schema and enforces input and output. <code>ToolRegistry.parseAndResolve</code> reads the tool calls of OpenAI, Anthropic, Google, the AI SDK and MCP, and says what is wrong with each invalid one. <code>toolsFor</code>, <code>callsFor</code> and <code>resultsFor</code> write tools, calls and results as each provider takes them. Tools can be removed and replaced, and come from sources that change.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/tools/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
