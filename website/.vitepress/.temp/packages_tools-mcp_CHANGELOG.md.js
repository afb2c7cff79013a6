import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/tools-mcp","description":"","frontmatter":{},"headers":[],"relativePath":"packages/tools-mcp/CHANGELOG.md","filePath":"packages/tools-mcp/CHANGELOG.md"}');
const _sfc_main = { name: "packages/tools-mcp/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-tools-mcp" tabindex="-1">@stageflow/tools-mcp <a class="header-anchor" href="#stageflow-tools-mcp" aria-label="Permalink to &quot;@stageflow/tools-mcp&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>mcpTools()</code> makes the tools of an MCP server a source of a <code>ToolRegistry</code>, over streamable HTTP or stdio. It lists the tools again when they change and after the server has restarted. All calls share one reconnect, and a call with effects is never made twice.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/tools-mcp/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
