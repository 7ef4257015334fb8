using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Reduction;

/// <summary>Softmax, LogSoftmax and Hardmax: a row each. Before opset 13 they work on the tensor as a matrix, afterwards along one axis.</summary>
internal static class Softmaxes
{
    /// <summary>The operators of the table.</summary>
    public static ImmutableArray<Operator> Operators { get; } =
    [
        new SoftmaxOperator("Softmax", Softmax), new SoftmaxOperator("LogSoftmax", LogSoftmax), new SoftmaxOperator("Hardmax", Hardmax),
    ];

    /// <summary>Whether an operator works along one axis; before opset 13 along all from one on.</summary>
    public static bool IsOneAxis(Node node) => node.Operator.Version >= 13;

    /// <summary>The axis, or the first of them.</summary>
    public static int Axis(Node node, int rank)
    {
        int axis = (int)node.Attributes.Int("axis", IsOneAxis(node) ? -1 : 1);
        return axis < 0 ? axis + rank : axis;
    }

    /// <summary>The tensor as the operator sees it.</summary>
    public static AxisView View(Node node, int[] lengths) => View(node, lengths, [.. Enumerable.Range(0, lengths.Length)]);

    /// <summary>The tensor as the operator sees it, its axes in the order in which they lie.</summary>
    public static AxisView View(Node node, int[] lengths, int[] order)
    {
        int axis = Axis(node, lengths.Length);
        int[] lying = [.. order.Select(a => lengths[a])];
        return IsOneAxis(node) ? AxisView.Of(lying, Array.IndexOf(order, axis)) : AxisView.Of(lying, axis, lengths.Length);
    }

    private static double[] Softmax(double[] line)
    {
        double max = Largest(line);
        double[] powers = [.. line.Select(x => Math.Exp(x - max))];
        double sum = powers.Sum();
        return [.. powers.Select(p => p / sum)];
    }

    private static double[] LogSoftmax(double[] line)
    {
        double max = Largest(line);
        double log = Math.Log(line.Sum(x => Math.Exp(x - max)));
        return [.. line.Select(x => x - max - log)];
    }

    private static double[] Hardmax(double[] line)
    {
        int best = 0;
        for (int i = 1; i < line.Length; i++)
            if (line[i] > line[best]) best = i;
        return [.. line.Select((_, i) => i == best ? 1.0 : 0.0)];
    }

    private static double Largest(double[] line) => line.Aggregate(double.NegativeInfinity, (a, b) => a >= b || double.IsNaN(a) ? a : b);

    private sealed class SoftmaxOperator(string name, Func<double[], double[]> function) : Operator
    {
        public override OperatorSchema Schema { get; } = new()
        {
            Name = name,
            Versions = [1, 11, 13],
            Inputs = [new("input", TypeSet.Float)],
            Outputs = [new("output", TypeSet.Float)],
            Attributes = [new("axis", AttributeKind.Int)],
        };

        public override void Infer(InferenceContext context)
        {
            _ = context.Axis(context.Attributes.Int("axis", context.Version < 13 ? 1 : -1), context.Rank(0), inclusive: context.Version < 13);
            context.SetOutput(0, context.Type(0), context.Lengths(0));
        }

        public override void Evaluate(EvaluationContext context)
        {
            ReferenceTensor x = context.Input(0);
            ReferenceTensor y = context.NewOutput(0);
            AxisView view = View(context.Node, x.Lengths);
            var line = new double[view.Length];
            for (int outer = 0; outer < view.Outer; outer++)
            {
                for (int inner = 0; inner < view.Inner; inner++)
                {
                    int start = view.Start(outer, inner);
                    for (int i = 0; i < line.Length; i++) line[i] = x.Reals![start + (i * view.Inner)];
                    double[] result = function(line);
                    for (int i = 0; i < line.Length; i++) y.Reals![start + (i * view.Inner)] = result[i];
                }
            }

            context.SetOutput(0, y);
        }
    }
}
