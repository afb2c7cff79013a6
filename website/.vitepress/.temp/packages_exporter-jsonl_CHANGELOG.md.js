import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/exporter-jsonl","description":"","frontmatter":{},"headers":[],"relativePath":"packages/exporter-jsonl/CHANGELOG.md","filePath":"packages/exporter-jsonl/CHANGELOG.md"}');
const _sfc_main = { name: "packages/exporter-jsonl/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-exporter-jsonl" tabindex="-1">@stageflow/exporter-jsonl <a class="header-anchor" href="#stageflow-exporter-jsonl" aria-label="Permalink to &quot;@stageflow/exporter-jsonl&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p><code>new JsonlExporter({ path })</code> writes events to a file as JSON lines. Lines are whole even after a crash, files rotate by size, and secrets are redacted. It writes all data of events, unless you set <code>data: false</code>.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/exporter-jsonl/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
