using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Operators.Spatial;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Spatial;

/// <summary>Resize as plain loops over tables of positions and weights, for all types; the tables are constants, or made at run time from scales, sizes and regions.</summary>
internal sealed class ResizeLoopKernel : Kernel
{
    private const long WorkspaceLimit = 1 << 26;

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || !CopyPlan.CanMove(context.ElementType(node.Inputs[0]))) return null;
        var layer = ResizeLayer.Read(node, context);
        ImmutableArray<int> axes = layer.Output.Contains(0) ? [] : [.. Enumerable.Range(0, layer.Output.Length).Where(a => !layer.IsKept(a))];
        long entries = axes.Sum(a => layer.Output[a] * layer.Taps(a));
        if (entries > WorkspaceLimit) return null;
        bool isNearest = layer.Mode.Interpolation == "nearest";
        bool isConstant = layer.Axes is not null && entries <= ResizeKernel.TableLimit;
        return new ResizeLoopStep(layer, axes, isConstant, context)
        {
            Nodes = group.Nodes,
            Inputs = layer.Axes is null ? [.. node.Inputs.Where(i => i.Length > 0)] : [node.Inputs[0]],
            Outputs = [node.Outputs[0]],
            Weights = isConstant
                ? [.. axes.Select(layer.Tables).SelectMany(t => isNearest ? new[] { CopyPlan.IndexWeight("Positions", t.Positions) } : [CopyPlan.IndexWeight("Positions", t.Positions), ResizeLayer.WeightsOf(t.Weights)])]
                : [],
            WorkspaceLength = isConstant ? 0 : (int)axes.Sum(a => TableLength(layer, a)),
            WorkspaceType = ElementType.Float64,
            Summary = layer.Text + (layer.Axes is null ? ", by values of run time" : ""),
        };
    }

    /// <summary>Doubles that hold the tables of an axis: the weights, two positions a double.</summary>
    private static long TableLength(ResizeLayer layer, int axis)
    {
        long entries = layer.Output[axis] * layer.Taps(axis);
        return ((entries + 1) / 2) + (layer.Mode.Interpolation == "nearest" ? 0 : entries);
    }

    private sealed class ResizeLoopStep(ResizeLayer layer, ImmutableArray<int> axes, bool isConstant, KernelContext context) : Step
    {
        private bool IsNearest => layer.Mode.Interpolation == "nearest";

        public override string Kernel => layer.Axes is null ? "Resize.RunTime" : "Resize.Loops";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            if (layer.Axes is null) new ResizeGeometryText(layer, context).Write(writer);
            if (layer.Output.Contains(0))
            {
                writer.Line("// The tensor is empty.");
                return;
            }

            if (isConstant) WriteConstantTables(writer);
            else WriteTables(writer);
            WriteLoops(writer);
        }

        private void WriteConstantTables(StepWriter writer)
        {
            int next = 0;
            foreach (int axis in axes)
            {
                writer.Line($"ReadOnlySpan<int> positions{Number(axis)} = {writer.Weight(next++)};");
                if (!IsNearest) writer.Line($"ReadOnlySpan<double> weights{Number(axis)} = {writer.Weight(next++)};");
            }
        }

        private void WriteTables(StepWriter writer)
        {
            if (axes.IsEmpty) return;
            ResizeMode mode = layer.Mode;
            writer.Line($"var options = new ResizeOptions(ResizeMode.{ResizeText.Mode(mode)}, ResizeCoordinates.{ResizeText.Coordinates(mode)}, ResizeRounding.{ResizeText.Rounding(mode)}, {CSharpLiteral.Of(mode.CubicCoefficient)}, excludeOutside: {ResizeText.Bool(mode.ExcludesOutside)}, antialias: {ResizeText.Bool(mode.Antialias)});");
            int offset = 0;
            foreach (int axis in axes)
            {
                int entries = (int)(layer.Output[axis] * layer.Taps(axis));
                int packed = (entries + 1) / 2;
                writer.Line($"Span<int> positions{Number(axis)} = MemoryMarshal.Cast<double, int>({writer.Workspace}.Slice({offset}, {packed}));");
                if (!IsNearest) writer.Line($"Span<double> weights{Number(axis)} = {writer.Workspace}.Slice({offset + packed}, {entries});");
                offset += packed + (IsNearest ? 0 : entries);
                string geometry = layer.Axes is { } own
                    ? $"{CSharpLiteral.Of(own[axis].Scale)}, {CSharpLiteral.Of(own[axis].Start)}, {CSharpLiteral.Of(own[axis].End)}"
                    : $"geometry[{3 * axis}], geometry[{(3 * axis) + 1}], geometry[{(3 * axis) + 2}]";
                writer.Line($"ResizeTable.Fill(options, {layer.Input[axis]}, {layer.Output[axis]}, {geometry}, {layer.Taps(axis)}, positions{Number(axis)}, {(IsNearest ? "default" : "weights" + Number(axis))});");
            }
        }

        private void WriteLoops(StepWriter writer)
        {
            int[] from = Positions.Strides(layer.Input);
            int[] to = Positions.Strides(layer.Output);
            using var nest = new LoopScope(writer);
            var target = new IndexText();
            var source = new IndexText();
            for (int axis = 0; axis < layer.Output.Length; axis++)
            {
                nest.Loop(IndexText.Variable(axis), layer.Output[axis]);
                if (layer.Output[axis] == 1) continue;
                target.Add(IndexText.Variable(axis), to[axis]);
                if (!axes.Contains(axis)) source.Add(IndexText.Variable(axis), from[axis]);
            }

            string place = $"{writer.Output(0)}[{target}]";
            if (!layer.Mode.IsCrop || axes.IsEmpty)
            {
                WriteElement(writer, place, source, from);
                return;
            }

            string outside = string.Join(" || ", axes.Select(a => $"positions{Number(a)}[{Row(a)}] < 0"));
            ElementType type = context.ElementType(Outputs[0]);
            string value = type.IsFloat() ? $"{CSharpLiteral.Of(layer.Mode.Extrapolation)}" : CSharpLiteral.Of((double)layer.Mode.Extrapolation);
            using (writer.Block($"if ({outside})")) writer.Line($"{place} = {ResizeText.Store(type, value, fromFloat: type.IsFloat())};");
            using (writer.Block("else")) WriteElement(writer, place, source, from);
        }

        private void WriteElement(StepWriter writer, string place, IndexText source, int[] from)
        {
            ElementType type = context.ElementType(Outputs[0]);
            if (IsNearest || axes.IsEmpty)
            {
                foreach (int axis in axes) source.Add($"positions{Number(axis)}[{Row(axis)}]", from[axis]);
                writer.Line($"{place} = {writer.Input(0)}[{source}];");
                return;
            }

            writer.Line("double sum = 0d;");
            using (var taps = new LoopScope(writer))
            {
                string before = "";
                foreach (int axis in axes)
                {
                    string t = "t" + Number(axis);
                    long count = layer.Taps(axis);
                    string entry = Row(axis) is "0" ? t : Row(axis) + " + " + t;
                    taps.Loop(t, (int)count, always: true);
                    writer.Line($"double weight{Number(axis)} = {before}weights{Number(axis)}[{entry}];");
                    source.Add($"positions{Number(axis)}[{entry}]", from[axis]);
                    before = $"weight{Number(axis)} * ";
                }

                writer.Line($"sum += {before}{ResizeText.Load(type, $"{writer.Input(0)}[{source}]")};");
            }

            writer.Line($"{place} = {ResizeText.Store(type, "sum", fromFloat: false)};");
        }

        /// <summary>Where the entries of an output's element begin in the tables of an axis.</summary>
        private string Row(int axis)
        {
            long taps = layer.Taps(axis);
            string variable = IndexText.Variable(axis);
            return layer.Output[axis] == 1 ? "0" : taps == 1 ? variable : $"({variable} * {taps})";
        }

        private static string Number(int axis) => IndexText.Number(axis);
    }
}
