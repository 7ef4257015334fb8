using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Micro.Rows;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Pooling;

/// <summary>MaxPool, with the places of the largest elements if asked for, AveragePool and LpPool as plain loops, for all their types.</summary>
internal sealed class PoolLoopKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || Arithmetic.Of(context.ElementType(node.Inputs[0])) is not { } arithmetic) return null;
        PoolLayer layer = PoolLayer.Read(node, context);
        return new PoolLoopStep(layer, arithmetic)
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0]],
            Outputs = node.Outputs,
            Rows = context.Lengths(node.Inputs[0])[0] == 1 ? PoolRowStep.Of(layer, arithmetic.ElementType, node.Outputs[0]) : [],
            Summary = layer.Text + (node.HasOutput(1) ? ", with indices" : "") + (arithmetic.Type == "float" ? "" : ", in " + arithmetic.Type),
        };
    }

    private sealed class PoolLoopStep(PoolLayer layer, Arithmetic arithmetic) : Step, IRowComputed
    {
        private WindowGeometry Window => layer.Window;

        private string Operator => layer.Node.Operator.Name;

        private bool WantsIndices => layer.Node.HasOutput(1);

        public override string Kernel => "Pool.Loops";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public ImmutableArray<RowStep> Rows { get; init; } = [];

        public override void Emit(StepWriter writer)
        {
            using var nest = new LoopScope(writer);
            nest.Loop("n", layer.Planes);
            WindowLoops.OverOutputs(nest, Window);
            string at = nest.Index([("n", Window.OutLength), .. WindowLoops.OutputTerms(Window)]);
            WriteStart(writer);
            using (var taps = new LoopScope(writer))
            {
                string inside = WindowLoops.OverTaps(writer, nest, taps, Window);
                string plane = nest.Index(("n", Window.InLength));
                WriteTap(writer, plane == "0" ? inside : inside == "0" ? plane : (plane.Contains(" ") ? "(" + plane + ")" : plane) + " + " + inside);
            }

            WriteEnd(writer, nest, at);
        }

        private void WriteStart(StepWriter writer)
        {
            bool max = Operator == "MaxPool";
            string lowest = arithmetic.IsReal ? arithmetic.Sum + ".NegativeInfinity" : CSharpLiteral.Of(ElementType.Int64, IntegerRange.Lowest(arithmetic.ElementType));
            writer.Line($"{arithmetic.Sum} {(max ? "best" : "sum")} = {(max ? lowest : arithmetic.Zero)};");
            if (WantsIndices) writer.Line("int place = -1;");
            if (CountsTaps) writer.Line("int count = 0;");
        }

        private void WriteTap(StepWriter writer, string index)
        {
            string element = writer.Input(0) + "[" + index + "]";
            if (Operator == "AveragePool")
            {
                writer.Line(arithmetic.Add("sum", element));
                if (CountsTaps) writer.Line("count++;");
            }
            else if (Operator == "LpPool")
            {
                writer.Line($"sum += {Narrow}Math.Pow(Math.Abs({arithmetic.Load(element)}), {P});");
            }
            else
            {
                writer.Line($"{arithmetic.Sum} value = {arithmetic.Load(element)};");
                string better = arithmetic.IsReal ? $"value > best || ({arithmetic.Sum}.IsNaN(value) && !{arithmetic.Sum}.IsNaN(best))" : "value > best";
                if (!WantsIndices)
                {
                    writer.Line($"if ({better}) best = value;");
                    return;
                }

                using (writer.Block($"if (place < 0 || {better})"))
                {
                    writer.Line("best = value;");
                    writer.Line($"place = {index};");
                }
            }
        }

        private void WriteEnd(StepWriter writer, LoopScope nest, string at)
        {
            string result = Operator switch
            {
                "AveragePool" => $"(sum / {Count(nest)})",
                "LpPool" => $"{Narrow}Math.Pow(sum, 1d / {P})",
                _ => "best",
            };
            if (Outputs[0].Length > 0) writer.Line($"{writer.Output(0)}[{at}] = {arithmetic.Store(result)};");
            if (!WantsIndices) return;
            bool columnMajor = layer.Node.Attributes.Int("storage_order", 0) != 0;
            writer.Line($"{writer.Output(1)}[{at}] = {(columnMajor ? ColumnMajor() : "place")};");
        }

        /// <summary>The place of <c>place</c> when the first spatial axis runs fastest.</summary>
        private string ColumnMajor()
        {
            var terms = new System.Collections.Generic.List<string> { $"(place / {Window.InLength} * {Window.InLength})" };
            int inside = 1;
            foreach (WindowAxis axis in Window.Axes.Reverse())
            {
                string place = inside == 1 ? "place" : $"place / {inside}";
                inside *= axis.In;
                string factor = inside == Window.InLength ? "" : $" * {Window.InLength / inside}";
                if (axis.In > 1) terms.Add($"({place} % {axis.In}{factor})");
            }

            return "place < 0 ? place : " + string.Join(" + ", terms);
        }

        private string Narrow => arithmetic.Sum == "float" ? "(float)" : "";

        private string P => CSharpLiteral.Of(LpPool.P(layer.Node));

        /// <summary>Whether the taps inside the input must be counted one by one.</summary>
        private bool CountsTaps => Operator == "AveragePool" && !layer.CountsPadding && Window.Axes.Any(a => !a.IsInside);

        /// <summary>The divisor of an average.</summary>
        private string Count(LoopScope nest)
        {
            if (CountsTaps) return "count";
            string[] factors = [.. Window.Axes.Select((axis, i) => Factor(axis, WindowLoops.OutputNames(Window)[i], nest)).Where(f => f != "1")];
            return factors.Length == 0 ? "1" : factors.Length == 1 ? factors[0] : "(" + string.Join(" * ", factors) + ")";
        }

        /// <summary>The taps of a window inside the padded input: constant, unless ceil_mode lets the last window overhang.</summary>
        private static string Factor(WindowAxis axis, string variable, LoopScope nest)
        {
            int last = axis.PaddedTaps(axis.Out - 1);
            if (last == axis.Kernel || !nest.Has(variable)) return CSharpLiteral.Of(last);
            if (axis.Out < 2 || axis.PaddedTaps(axis.Out - 2) == axis.Kernel)
                return $"({variable} == {axis.Out - 1} ? {last} : {axis.Kernel})";
            return $"Math.Min({axis.Kernel}, ({axis.In + axis.Before + axis.After} - ({variable} * {axis.Stride}) + {axis.Dilation - 1}) / {axis.Dilation})";
        }
    }
}
