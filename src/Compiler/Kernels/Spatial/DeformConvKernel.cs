using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Kernels.Packing;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Operators.Spatial;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Spatial;

/// <summary>DeformConv: what the taps read is gathered as columns, then multiplied with the filters, by RedGen.Runtime where they are floats.</summary>
internal sealed class DeformConvKernel : Kernel
{
    private const long WorkspaceLimit = 1 << 27;

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || Arithmetic.Of(context.ElementType(node.Inputs[0])) is not { } arithmetic) return null;
        int[] x = context.Lengths(node.Inputs[0]);
        int[] w = context.Lengths(node.Inputs[1]);
        var layer = new ConvLayer(x[0], (int)node.Attributes.Int("group", 1), x[1], w[0], DeformConv.Geometry(node, x, w));
        bool isFast = arithmetic.ElementType == ElementType.Float32;
        long columns = (long)layer.InChannels * layer.Window.KernelLength * layer.Window.OutLength;
        long workspace = columns + (isFast ? PanelPacking.Length(layer.Taps, layer.Window.OutLength) : 0);
        if (columns > WorkspaceLimit || workspace > WorkspaceLimit) return null;
        return new DeformConvStep(layer, arithmetic, (int)columns)
        {
            Nodes = group.Nodes,
            Inputs = [.. node.Inputs.Where(i => i.Length > 0)],
            InputNames = [.. new[] { "x", "w", "offsets", "bias", "mask" }.Where((_, i) => node.HasInput(i))],
            Outputs = [node.Outputs[0]],
            WorkspaceLength = layer.IsEmpty ? 0 : (int)workspace,
            WorkspaceType = arithmetic.Sum == "double" ? ElementType.Float64 : ElementType.Float32,
            MultiplyAdds = layer.MultiplyAdds,
            Summary = "DeformConv " + layer.Text,
        };
    }

    private sealed class DeformConvStep(ConvLayer layer, Arithmetic arithmetic, int columns) : Step
    {
        private int OffsetGroups => (int)Nodes[0].Attributes.Int("offset_group", 1);

        private int Places => layer.Window.OutLength;

        public override string Kernel => arithmetic.ElementType == ElementType.Float32 ? "DeformConv.Gemm" : "DeformConv.Loops";

        public override void Emit(StepWriter writer)
        {
            if (layer.IsEmpty)
            {
                WriteBias(writer, null);
                return;
            }

            using var nest = new LoopScope(writer);
            nest.Loop("n", layer.Batch);
            WriteColumns(writer, nest);
            if (arithmetic.ElementType == ElementType.Float32) WriteProducts(writer, nest);
            else WriteSums(writer, nest);
        }

        private void WriteColumns(StepWriter writer, LoopScope outer)
        {
            (WindowAxis h, WindowAxis v) = (layer.Window.Height, layer.Window.Width);
            using var nest = new LoopScope(writer);
            nest.Loop("c", layer.InChannels, always: true);
            string sample = outer.Has("n") ? $"((n * {layer.InChannels}) + c)" : "c";
            writer.Line($"ReadOnlySpan<{arithmetic.Type}> plane = {writer.Input(0)}.Slice({sample} * {layer.Window.InLength}, {layer.Window.InLength});");
            nest.Loop("kh", h.Kernel, always: true).Loop("kw", v.Kernel, always: true);
            string group = OffsetGroups == 1 ? "" : $"(c / {layer.InChannels / OffsetGroups})";
            string first = outer.Has("n") ? (group.Length == 0 ? "n" : $"((n * {OffsetGroups}) + {group})") : group.Length == 0 ? "0" : group;
            writer.Line($"int tap = ({first} * {layer.Window.KernelLength}) + (kh * {v.Kernel}) + kw;");
            writer.Line($"int column = ((c * {layer.Window.KernelLength}) + (kh * {v.Kernel}) + kw) * {Places};");
            nest.Loop("oh", h.Out, always: true).Loop("ow", v.Out, always: true);
            writer.Line($"int place = (oh * {v.Out}) + ow;");
            writer.Line($"double row = (oh * {h.Stride}) - {h.Before} + (kh * {h.Dilation}) + {arithmetic.Load($"{writer.Input(2)}[(tap * {2 * Places}) + place]")};");
            writer.Line($"double across = (ow * {v.Stride}) - {v.Before} + (kw * {v.Dilation}) + {arithmetic.Load($"{writer.Input(2)}[(tap * {2 * Places}) + {Places} + place]")};");
            writer.Line($"var near = PaddedSample.At(row, across, {h.In}, {v.In});");
            string[] corners = ["TopLeft", "TopRight", "BottomLeft", "BottomRight"];
            string sum = string.Join(" + ", corners.Select(corner => $"(near.{corner}Weight * {arithmetic.Load($"plane[near.{corner}]")})"));
            int mask = InputNames.IndexOf("mask");
            writer.Line($"double value = {sum};");
            string masked = mask < 0 ? "value" : $"value * {arithmetic.Load($"{writer.Input(mask)}[(tap * {Places}) + place]")}";
            writer.Line($"{writer.Workspace}[column + place] = {(arithmetic.Sum == "double" ? masked : mask < 0 ? "(float)value" : $"(float)({masked})")};");
        }

        private void WriteBias(StepWriter writer, LoopScope? nest)
        {
            int bias = InputNames.IndexOf("bias");
            string output = writer.Output(0);
            if (bias < 0)
            {
                writer.Line(nest is null ? $"{output}.Clear();" : "sample.Clear();");
                return;
            }

            string target = nest is null ? $"{output}.Slice(i * {Places}, {Places})" : $"sample.Slice(i * {Places}, {Places})";
            string channel = nest is null && layer.Batch > 1 ? $"i % {layer.OutChannels}" : "i";
            int count = nest is null ? layer.Batch * layer.OutChannels : layer.OutChannels;
            writer.Line($"for (int i = 0; i < {count}; i++) {target}.Fill({writer.Input(bias)}[{channel}]);");
        }

        private void WriteProducts(StepWriter writer, LoopScope outer)
        {
            int perSample = layer.OutChannels * Places;
            (int rows, int depth) = (layer.OutChannels / layer.Groups, layer.Taps);
            writer.Line($"Span<float> sample = {writer.Output(0)}.Slice({(outer.Has("n") ? $"n * {perSample}" : "0")}, {perSample});");
            WriteBias(writer, outer);
            using var nest = new LoopScope(writer);
            nest.Loop("g", layer.Groups, always: true);
            writer.Line($"Span<float> group = sample.Slice(g * {rows * Places}, {rows * Places});");
            writer.Line("Gemm.RunUnpacked(");
            using (writer.Code.Indent())
            {
                writer.Line($"{writer.Input(1)}.Slice(g * {rows * depth}, {rows * depth}), {writer.Workspace}.Slice(g * {depth * Places}, {depth * Places}), default, group, group, {writer.Workspace}.Slice({columns}),");
                writer.Line($"rows: {rows}, depth: {depth}, columns: {Places}, transposedB: false, default(Identity));");
            }
        }

        private void WriteSums(StepWriter writer, LoopScope outer)
        {
            (int rows, int depth) = (layer.OutChannels / layer.Groups, layer.Taps);
            using var nest = new LoopScope(writer);
            nest.Loop("oc", layer.OutChannels, always: true).Loop("p", Places, always: true);
            int bias = InputNames.IndexOf("bias");
            writer.Line($"{arithmetic.Sum} sum = {(bias < 0 ? arithmetic.Zero : arithmetic.Load(writer.Input(bias) + "[oc]"))};");
            string first = layer.Groups == 1 ? "k" : $"((oc / {rows}) * {depth}) + k";
            writer.Line($"for (int k = 0; k < {depth}; k++) sum += {arithmetic.Load($"{writer.Input(1)}[(oc * {depth}) + k]")} * {writer.Workspace}[(({first}) * {Places}) + p];");
            string target = outer.Has("n") ? $"(((n * {layer.OutChannels}) + oc) * {Places}) + p" : $"(oc * {Places}) + p";
            writer.Line($"{writer.Output(0)}[{target}] = {arithmetic.Store("sum")};");
        }
    }
}
