import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"19. The code of a bad sink depends on where you pass it","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0019-code-of-a-bad-sink.md","filePath":"docs/project/decisions/0019-code-of-a-bad-sink.md"}');
const _sfc_main = { name: "project/decisions/0019-code-of-a-bad-sink.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_19-the-code-of-a-bad-sink-depends-on-where-you-pass-it" tabindex="-1">19. The code of a bad sink depends on where you pass it <a class="header-anchor" href="#_19-the-code-of-a-bad-sink-depends-on-where-you-pass-it" aria-label="Permalink to &quot;19. The code of a bad sink depends on where you pass it&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>A sink can be passed in three places, and each reports its mistakes in its own way.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>build()</code> reports <code>core/illegal-option</code> among its problems, <code>run()</code> throws it, and <code>setEventSink()</code> throws <code>core/sink</code>.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>The code says where to look.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0019-code-of-a-bad-sink.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0019CodeOfABadSink = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0019CodeOfABadSink as default
};
