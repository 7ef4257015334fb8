using System.Globalization;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
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
        if (group.Nodes.Length != 3 || group.Nodes.FirstOrDefault(IsPool) is not { } pool) return null;
        DequantizedValue? x = DequantizedValue.OfDequantize(group.Nodes.FirstOrDefault(n => n.Outputs[0] == pool.Inputs[0]), context);
        DequantizedValue? y = DequantizedValue.OfQuantize(group.Nodes.FirstOrDefault(n => n.Inputs[0] == pool.Outputs[0]), context);
        if (x is not { IsPerTensor: true } || y is not { IsPerTensor: true } || !QuantizedTypes.IsByte(x.Type) || !QuantizedTypes.IsByte(y.Type)) return null;
        int[] lengths = context.Lengths(pool.Inputs[0]);
        WindowGeometry window = pool.Operator.Name == "AveragePool" ? PoolShapes.Geometry(pool, lengths) : Whole(lengths);
        bool countsPadding = pool.Attributes.Int("count_include_pad", 0) != 0;
        if (countsPadding && window.Axes.Any(a => a.PaddedTaps(a.Out - 1) != a.Kernel)) return null;
        int planes = lengths[0] * lengths[1];
        if (planes == 0 || window.InLength == 0 || window.OutLength == 0) return null;
        return new PoolStep(planes, window, x, y, !countsPadding && window.Axes.Any(a => !a.IsInside), pool.Operator.Name)
        {
            Nodes = group.Nodes,
            Inputs = [x.Value],
            Outputs = [y.Value],
            Summary = pool.Operator.Name + " " + WindowText.Kernel(window) + WindowText.Details(window) + ", " + x.Type.Name() + " to " + y.Type.Name(),
        };
    }

    /// <summary>Whether a node can be the core of such a group.</summary>
    public static bool IsPool(Node node) => node.Operator.QualifiedName is "AveragePool" or "GlobalAveragePool";

    /// <summary>One window that is the whole of a channel.</summary>
    private static WindowGeometry Whole(int[] lengths)
    {
        int length = lengths.Skip(2).Aggregate(1, (a, b) => a * b);
        return new WindowGeometry(1, WindowAxis.Missing, WindowAxis.Missing, new WindowAxis(length, 1, System.Math.Max(1, length), 1, 1, 0, 0));
    }

    private sealed class PoolStep(int planes, WindowGeometry window, DequantizedValue x, DequantizedValue y, bool countsTaps, string stem) : Step
    {
        public override string Kernel => "Pool.Integers";

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
