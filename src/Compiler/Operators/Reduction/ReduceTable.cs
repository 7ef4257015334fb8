using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Reduction;

/// <summary>The Reduce operators: a row each, with what becomes of the elements that are reduced to one.</summary>
internal static class ReduceTable
{
    private static readonly ImmutableArray<int> Usual = [1, 11, 13, 18];

    /// <summary>The operators of the table.</summary>
    public static ImmutableArray<Operator> Operators { get; } =
    [
        new Reduce("ReduceSum", [1, 11, 13], 13, TypeSet.Numeric, x => x.Sum(), (x, _) => x.Aggregate(0L, (a, b) => unchecked(a + b))),
        new Reduce("ReduceMean", Usual, 18, TypeSet.Numeric, x => x.Sum() / x.Length, Mean),
        new Reduce("ReduceMax", [1, 11, 12, 13, 18, 20], 18, TypeSet.NumericOrBool,
            x => x.Aggregate(double.NegativeInfinity, (a, b) => a >= b || double.IsNaN(a) ? a : b),
            (x, type) => x.Aggregate(IntegerRange.Lowest(type), (a, b) => IntegerRange.Compare(type, a, b) >= 0 ? a : b)),
        new Reduce("ReduceMin", [1, 11, 12, 13, 18, 20], 18, TypeSet.NumericOrBool,
            x => x.Aggregate(double.PositiveInfinity, (a, b) => a <= b || double.IsNaN(a) ? a : b),
            (x, type) => x.Aggregate(IntegerRange.Highest(type), (a, b) => IntegerRange.Compare(type, a, b) <= 0 ? a : b)),
        new Reduce("ReduceProd", Usual, 18, TypeSet.Numeric, x => x.Aggregate(1.0, (a, b) => a * b), (x, _) => x.Aggregate(1L, (a, b) => unchecked(a * b))),
        new Reduce("ReduceL1", Usual, 18, TypeSet.Numeric, x => x.Sum(Math.Abs),
            (x, type) => x.Aggregate(0L, (a, b) => unchecked(a + (type.IsSigned() && b < 0 ? -b : b)))),
        new Reduce("ReduceL2", Usual, 18, TypeSet.Numeric, x => Math.Sqrt(x.Sum(v => v * v)), null),
        new Reduce("ReduceSumSquare", Usual, 18, TypeSet.Numeric, x => x.Sum(v => v * v), (x, _) => x.Aggregate(0L, (a, b) => unchecked(a + (b * b)))),
        new Reduce("ReduceLogSum", Usual, 18, TypeSet.Numeric, x => Math.Log(x.Sum()), null),
        new Reduce("ReduceLogSumExp", Usual, 18, TypeSet.Numeric, LogSumExp, null),
    ];

    private static long Mean(long[] x, ElementType type)
    {
        if (x.Length == 0) return 0;
        long sum = x.Aggregate(0L, (a, b) => unchecked(a + b));
        return type == ElementType.UInt64 ? unchecked((long)((ulong)sum / (ulong)x.Length)) : sum / x.Length;
    }

    /// <summary>The logarithm of the sum of powers, with the largest exponent taken out so that no power overflows.</summary>
    private static double LogSumExp(double[] x)
    {
        double max = x.Aggregate(double.NegativeInfinity, (a, b) => a >= b || double.IsNaN(a) ? a : b);
        return double.IsInfinity(max) || double.IsNaN(max) ? max : max + Math.Log(x.Sum(v => Math.Exp(v - max)));
    }

    /// <summary>One operator. Where there is no integer form, integers are computed as reals and truncated.</summary>
    private sealed class Reduce(
        string name, ImmutableArray<int> versions, int axesAreInputSince, TypeSet types, Func<double[], double> real, Func<long[], ElementType, long>? integer) : Operator
    {
        public override OperatorSchema Schema { get; } = new()
        {
            Name = name,
            Versions = versions,
            Inputs = [new("data", types), new("axes", TypeSet.Int64, Arity.Optional, axesAreInputSince)],
            Outputs = [new("reduced", types)],
            Attributes =
            [
                new("axes", AttributeKind.Ints, Until: axesAreInputSince - 1), new("keepdims", AttributeKind.Int),
                new("noop_with_empty_axes", AttributeKind.Int, axesAreInputSince),
            ],
        };

        public override void Infer(InferenceContext context)
        {
            CheckType(context);
            int[] x = context.Lengths(0);
            long[]? given = context.HasInput(1) ? context.RequireIntegers(1, "axes") : null;
            _ = context.Axes(given ?? context.Attributes.Ints("axes")?.ToArray() ?? [], x.Length);
            int[] axes = ReduceAxes.Of(context.Node, x.Length, given);
            bool keep = context.Attributes.Int("keepdims", 1) != 0;
            context.SetOutput(0, context.Type(0), x.Select((d, i) => (d, Reduced: axes.Contains(i))).Where(a => keep || !a.Reduced).Select(a => a.Reduced ? 1 : a.d));
        }

        public override bool AcceptsDeclaredShapes => true;

        /// <summary>With keepdims lengths become 1, else they are left out.</summary>
        public override bool InferDeclared(InferenceContext context, int[][] shapes)
        {
            CheckType(context);
            int[] x = context.Lengths(0);
            int[] y = shapes[0];
            int kept = 0;
            if (context.Attributes.Int("keepdims", 1) != 0) kept = y.Length == x.Length && y.Where((d, a) => d != 1 && d != x[a]).Any() ? -1 : x.Length;
            else foreach (int d in x) kept += kept < y.Length && y[kept] == d ? 1 : 0;
            if (kept != y.Length) return false;
            context.SetOutput(0, context.Type(0), y);
            return true;
        }

        public override bool InferOpen(InferenceContext context)
        {
            CheckType(context);
            if (!context.HasInput(1) || context.Constant(1) is not null || !context.Shape(1).IsStatic) return false;
            Shape x = context.Shape(0);
            bool keep = context.Attributes.Int("keepdims", 1) != 0;
            long count = context.Shape(1).ElementCount;
            if (count > x.Rank) throw context.Fail("more axes are named than there are");
            // No axes at all mean all of them, or none: a known number either way.
            bool isNone = count == 0 && context.Attributes.Int("noop_with_empty_axes", 0) != 0;
            long reduced = count == 0 && !isNone ? x.Rank : count;
            long? longest = x.Dimensions.All(d => d.Limit is not null) ? x.Dimensions.Select(d => d.Limit).Append(1).Max() : null;
            context.SetOutput(0, context.Type(0), new Shape([.. Enumerable.Range(0, (int)(keep ? x.Rank : x.Rank - reduced)).Select(a => context.Open(0, a, keep ? x[a].Limit is { } most ? Math.Max(1, most) : null : longest))]));
            return true;
        }

        public override void Evaluate(EvaluationContext context)
        {
            ReferenceTensor x = context.Input(0);
            ReferenceTensor y = context.NewOutput(0);
            int[] axes = ReduceAxes.Of(context.Node, x.Rank, context.OptionalInput(1)?.ToIntegers());
            var target = new BroadcastReader([.. x.Lengths.Select((d, i) => axes.Contains(i) ? 1 : d)], x.Lengths);
            int[][] members = Members(x.Count, y.Count, target);
            for (int i = 0; i < y.Count; i++)
            {
                if (y.IsReal) y.Reals![i] = real([.. members[i].Select(k => x.Reals![k])]);
                else if (integer is not null) y.Integers![i] = integer([.. members[i].Select(k => x.Integers![k])], x.ElementType);
                else y.Integers![i] = ElementRounding.Truncate(x.ElementType, real([.. members[i].Select(x.Real)]));
            }

            context.SetOutput(0, y);
        }

        private static void CheckType(InferenceContext context)
        {
            if (context.Type(0) == ElementType.Bool && context.Version < 20) throw context.WrongType("bool is allowed from opset 20 on");
        }

        /// <summary>The elements that each output is made of.</summary>
        private static int[][] Members(int inputs, int outputs, BroadcastReader target)
        {
            var counts = new int[outputs];
            for (int i = 0; i < inputs; i++) counts[target.IndexOf(i)]++;
            int[][] members = [.. counts.Select(n => new int[n])];
            Array.Clear(counts, 0, counts.Length);
            for (int i = 0; i < inputs; i++) members[target.IndexOf(i)][counts[target.IndexOf(i)]++] = i;
            return members;
        }
    }
}
