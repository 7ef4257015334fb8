using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Micro.Rows;
using RedGen.Compiler.Kernels.Pooling;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Operators.Quantised;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Quantised;

/// <summary>
/// An average between DequantizeLinear and QuantizeLinear, in one loop. Dequantised elements are added as floats in their order: averages of
/// integers are often ties, which the last bit decides.
/// </summary>
internal sealed class QuantizedPoolKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        if (TryRead(group, context) is not { } read) return null;
        return new PoolStep(read.Planes, read.Window, read.Input, read.Output, !read.CountsPadding && read.Window.Axes.Any(a => !a.IsInside), read.Node.Operator.Name)
        {
            Nodes = group.Nodes,
            Inputs = [read.Input.Value],
            Outputs = [read.Output.Value],
            Rows = PoolRowStep.Of(read, group.Nodes, context.Lengths(read.Input.Value)),
            Summary = read.Text,
        };
    }

    /// <summary>Plans a group whose values lie channels last, through RedGen.Runtime.</summary>
    public static Step ChannelsLast(NodeGroup group, KernelContext context)
    {
        QuantizedPool read = TryRead(group, context)!;
        return new ChannelsLastStep(read, context.Lengths(read.Input.Value)[0])
        {
            Nodes = group.Nodes,
            Inputs = [read.Input.Value],
            Outputs = [read.Output.Value],
            Summary = read.Text + ", channels last",
        };
    }

    /// <summary>Reads a group; null where it is none.</summary>
    public static QuantizedPool? TryRead(NodeGroup group, KernelContext context)
    {
        if (group.Nodes.Length != 3 || group.Nodes.FirstOrDefault(IsPool) is not { } pool) return null;
        DequantizedValue? x = DequantizedValue.OfDequantize(group.Nodes.FirstOrDefault(n => n.Outputs[0] == pool.Inputs[0]), context);
        DequantizedValue? y = DequantizedValue.OfQuantize(group.Nodes.FirstOrDefault(n => n.Inputs[0] == pool.Outputs[0]), context);
        if (x is not { IsPerTensor: true } || y is not { IsPerTensor: true } || !QuantizedTypes.IsByte(x.Type) || !QuantizedTypes.IsByte(y.Type)) return null;
        int[] lengths = context.Lengths(pool.Inputs[0]);
        WindowGeometry window = pool.Operator.Name == "AveragePool" ? PoolShapes.Geometry(pool, lengths) : Whole(lengths);
        bool countsPadding = pool.Attributes.Int("count_include_pad", 0) != 0;
        if (countsPadding && window.Axes.Any(a => a.PaddedTaps(a.Out - 1) != a.Kernel)) return null;
        int planes = lengths[0] * lengths[1];
        return planes == 0 || window.InLength == 0 || window.OutLength == 0 ? null : new QuantizedPool(pool, planes, window, x, y, countsPadding);
    }

    /// <summary>Whether a node can be the core of such a group.</summary>
    public static bool IsPool(Node node) => node.Operator.QualifiedName is "AveragePool" or "GlobalAveragePool";

    /// <summary>One window that is the whole of a channel.</summary>
    private static WindowGeometry Whole(int[] lengths)
    {
        int length = lengths.Skip(2).Aggregate(1, (a, b) => a * b);
        return new WindowGeometry(1, WindowAxis.Missing, WindowAxis.Missing, new WindowAxis(length, 1, System.Math.Max(1, length), 1, 1, 0, 0));
    }

    private sealed class ChannelsLastStep(QuantizedPool pool, int batch) : Step
    {
        public override string Kernel => "ChannelsLastPool.Integers";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override string Stem => pool.Node.Operator.Name;

        public override void Emit(StepWriter writer)
        {
            PoolShapeText.Write(writer, new PoolLayer(pool.Node, pool.Planes / batch, pool.Window));
            writer.Line($"var average = new QuantizedAverage(inputScale: {CSharpLiteral.Of(pool.Input.Scale)}, inputZero: {pool.Input.Zero}, scale: {CSharpLiteral.Of(pool.Output.Scale)}, zeroPoint: {pool.Output.Zero});");
            writer.Line($"average.Run({writer.Input(0)}, {writer.Output(0)}, batch: {batch}, shape, countIncludePad: {(pool.CountsPadding ? "true" : "false")});");
        }
    }

    private sealed class PoolStep(int planes, WindowGeometry window, DequantizedValue x, DequantizedValue y, bool countsTaps, string stem) : Step, IRowComputed
    {
        public ImmutableArray<RowStep> Rows { get; init; } = [];

        public override string Kernel => "Pool.Integers";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override string Stem => stem;

        public override void Emit(StepWriter writer)
        {
            using var nest = new LoopScope(writer);
            nest.Loop("n", planes);
            WindowLoops.OverOutputs(nest, window);
            string at = nest.Index([("n", window.OutLength), .. WindowLoops.OutputTerms(window)]);
            writer.Line("float sum = 0f;");
            if (countsTaps) writer.Line("int count = 0;");
            using (var taps = new LoopScope(writer))
            {
                string inside = WindowLoops.OverTaps(writer, nest, taps, window);
                string plane = nest.Index(("n", window.InLength));
                string index = plane == "0" ? inside : inside == "0" ? plane : (plane.Contains(" ") ? "(" + plane + ")" : plane) + " + " + inside;
                string element = QuantizationParameter.Less(writer.Input(0) + "[" + index + "]", x.Zero < 0 ? "(" + Number(x.Zero) + ")" : Number(x.Zero));
                writer.Line($"sum += {element} * {CSharpLiteral.Of(x.Scale)};");
                if (countsTaps) writer.Line("count++;");
            }

            string average = $"(sum / {(countsTaps ? "count" : Number(window.KernelLength))})";
            writer.Line($"{writer.Output(0)}[{at}] = Saturate.{QuantizeLinear.Name(y.Type)}({average} / {CSharpLiteral.Of(y.Scale)}, {Number(y.Zero)});");
        }

        private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
    }
}

/// <summary>An average between DequantizeLinear and QuantizeLinear.</summary>
/// <param name="Node">The pooling.</param>
/// <param name="Planes">Channels of all samples.</param>
/// <param name="Window">Its windows.</param>
/// <param name="Input">The input's integers.</param>
/// <param name="Output">The result's integers.</param>
/// <param name="CountsPadding">Whether the divisor counts padding.</param>
internal sealed record QuantizedPool(Node Node, int Planes, WindowGeometry Window, DequantizedValue Input, DequantizedValue Output, bool CountsPadding)
{
    /// <summary>The layer as summaries name it.</summary>
    public string Text => Node.Operator.Name + " " + WindowText.Kernel(Window) + WindowText.Details(Window) + ", " + Input.Type.Name() + " to " + Output.Type.Name();
}
