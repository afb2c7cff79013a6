import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"16. The sink and the reader of start() count events separately","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0016-two-counts-of-events.md","filePath":"docs/project/decisions/0016-two-counts-of-events.md"}');
const _sfc_main = { name: "project/decisions/0016-two-counts-of-events.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_16-the-sink-and-the-reader-of-start-count-events-separately" tabindex="-1">16. The sink and the reader of <code>start()</code> count events separately <a class="header-anchor" href="#_16-the-sink-and-the-reader-of-start-count-events-separately" aria-label="Permalink to &quot;16. The sink and the reader of \`start()\` count events separately&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>The reader also sees the chunks, which reach the sink only with <code>chunkEvents</code>. One count for both would leave gaps in one of them.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>Each has its own <code>seq</code>.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>Both see <code>seq</code> without a gap.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0016-two-counts-of-events.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0016TwoCountsOfEvents = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0016TwoCountsOfEvents as default
};
