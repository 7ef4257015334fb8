using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Linear;
using RedGen.Compiler.Operators.Quantised;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Quantised;

/// <summary>MatMulInteger and QLinearMatMul as plain loops, for all forms of parameters, known or of run time.</summary>
internal sealed class IntegerMatMulKernel : Kernel
{
    /// <summary>Products of two 9-bit differences that an int can sum.</summary>
    public const int IntDepth = int.MaxValue / (255 * 255);

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle) return null;
        bool requantises = node.Operator.Name == "QLinearMatMul";
        int b = requantises ? 3 : 1;
        MatMulShape shape = MatMulShape.TryRead(context.Lengths(node.Inputs[0]), context.Lengths(node.Inputs[b]))!;
        var inputs = new List<string> { node.Inputs[0], node.Inputs[b] };
        QuantizationParameter aZero = QuantizationParameter.Read(node, 2, inputs, context);
        QuantizationParameter bZero = QuantizationParameter.Read(node, requantises ? 5 : 3, inputs, context);
        Requantisation? output = requantises ? Requantisation.Read(node, 1, 4, 6, 7, inputs, context) : null;
        // A microcontroller makes no float of a sum of 64 bits.
        if (context.Options.IsBareMetal && output is not null && shape.Depth > IntDepth) return null;
        return new IntegerMatMulStep(shape, aZero, bZero, output)
        {
            Nodes = group.Nodes,
            Inputs = [.. inputs],
            Outputs = [node.Outputs[0]],
            MultiplyAdds = (long)shape.BatchCount * shape.Rows * shape.Depth * shape.Columns,
            Summary = node.Operator.Name + " " + shape.Rows + "×" + shape.Depth + " by " + shape.Depth + "×" + shape.Columns,
        };
    }

    private sealed class IntegerMatMulStep(MatMulShape shape, QuantizationParameter aZero, QuantizationParameter bZero, Requantisation? output) : Step
    {
        private readonly string[] _batch = [.. shape.BatchLengths.Select((_, i) => "i" + CSharpLiteral.Of(i))];

        public override string Kernel => "IntegerMatMul.Loops";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            int[] lengths = IntegerProduct.MatrixLengths(shape);
            using var nest = new LoopScope(writer);
            for (int i = 0; i < _batch.Length; i++) nest.Loop(_batch[i], shape.BatchLengths[i]);
            nest.Loop("row", shape.Rows).Loop("column", shape.Columns);
            writer.Line(shape.Depth > IntDepth && output is not null ? "long sum = 0;" : "int sum = 0;");
            using (var inner = new LoopScope(writer))
            {
                inner.Loop("k", shape.Depth, always: true);
                string a = Index(nest, [.. shape.LeftBatch, shape.Rows, shape.Depth], [.. shape.BatchLengths, shape.Rows, shape.Depth], "row", "k");
                string b = Index(nest, [.. shape.RightBatch, shape.Depth, shape.Columns], [.. shape.BatchLengths, shape.Depth, shape.Columns], "k", "column");
                string left = QuantizationParameter.Less(writer.Input(0) + "[" + a + "]", aZero.At(writer, Parameter(nest, aZero, lengths, isRow: true)));
                string right = QuantizationParameter.Less(writer.Input(1) + "[" + b + "]", bZero.At(writer, Parameter(nest, bZero, lengths, isRow: false)));
                writer.Line($"sum = unchecked(sum + ({left} * {right}));");
            }

            string y = Index(nest, lengths, lengths, "row", "column");
            writer.Line($"{writer.Output(0)}[{y}] = {Result(writer, nest, lengths)};");
        }

        private string Result(StepWriter writer, LoopScope nest, int[] lengths) => output is null ? "sum" : output.Of(
            writer, "sum", Parameter(nest, output.A, lengths, isRow: true), Parameter(nest, output.B, lengths, isRow: false),
            Parameter(nest, output.Y, lengths, isRow: true));

        private string Parameter(LoopScope nest, QuantizationParameter parameter, int[] lengths, bool isRow)
        {
            int[] own = parameter.Lengths.All(d => d == 1) ? [] : parameter.Lengths.Length == 1 && isRow ? [parameter.Lengths[0], 1] : parameter.Lengths;
            return Index(nest, own, lengths, "row", "column");
        }

        /// <summary>The index of an operand that broadcasts to lengths whose last two loops have these names.</summary>
        private string Index(LoopScope nest, int[] operand, int[] lengths, string row, string column)
        {
            int[] strides = BroadcastReader.Strides(operand, lengths);
            string[] names = [.. _batch, row, column];
            string[] open = [.. names.Where(n => n == "k" || nest.Has(n))];
            return LoopScope.Index(open, [.. names.Select((n, i) => (n, strides[i]))]);
        }
    }
}
