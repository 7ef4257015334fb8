using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Operators.Elementwise;

namespace RedGen.Compiler.Red.Certify.Rules;

/// <summary>Elementwise operators of two operands or more.</summary>
internal static class ArithmeticRule
{
    /// <summary>Add: differences add up.</summary>
    public static void Add(PropagationContext context)
        => Run(context, x => new PairInterval(x[0].Original + x[1].Original, x[0].Reduced + x[1].Reduced, x[0].Delta + x[1].Delta).Rounded(FloatRounding.Operation));

    /// <summary>Sub: a value less itself is zero.</summary>
    public static void Subtract(PropagationContext context)
    {
        bool same = context.Node.Inputs[0] == context.Node.Inputs[1];
        Run(context, x => same ? default : new PairInterval(x[0].Original - x[1].Original, x[0].Reduced - x[1].Reduced, x[0].Delta - x[1].Delta).Rounded(FloatRounding.Operation));
    }

    /// <summary>Mul: δ(ab) = δa·b~ + a·δb; a value times itself is its square.</summary>
    public static void Multiply(PropagationContext context)
    {
        bool same = context.Node.Inputs[0] == context.Node.Inputs[1];
        Run(context, x => same ? PowerRule.Power(x[0], 2) : new PairInterval(
            x[0].Original * x[1].Original, x[0].Reduced * x[1].Reduced, (x[0].Delta * x[1].Reduced) + (x[0].Original * x[1].Delta)).Rounded(FloatRounding.Operation));
    }

    /// <summary>Div: δ(a ⁄ b) = (δa − (a ⁄ b) δb) ⁄ b~.</summary>
    public static void Divide(PropagationContext context) => Run(context, x =>
    {
        Interval original = x[0].Original / x[1].Original;
        return new PairInterval(original, x[0].Reduced / x[1].Reduced, (x[0].Delta - (original * x[1].Delta)) / x[1].Reduced).Rounded(2 * FloatRounding.Operation);
    });

    /// <summary>Sum of any number of values.</summary>
    public static void Sum(PropagationContext context) => Run(context, x => Total(x, 1));

    /// <summary>Mean of any number of values.</summary>
    public static void Mean(PropagationContext context) => Run(context, x => Total(x, x.Length));

    /// <summary>Max: the difference of two maxima lies between the smallest and the largest difference of the operands.</summary>
    public static void Max(PropagationContext context) => Run(context, x => x.Aggregate((a, b) => new PairInterval(Larger(a.Original, b.Original), Larger(a.Reduced, b.Reduced), a.Delta.Hull(b.Delta))));

    /// <summary>Min, likewise.</summary>
    public static void Min(PropagationContext context) => Run(context, x => x.Aggregate((a, b) => new PairInterval(Smaller(a.Original, b.Original), Smaller(a.Reduced, b.Reduced), a.Delta.Hull(b.Delta))));

    /// <summary>PRelu with constant slopes.</summary>
    public static void PRelu(PropagationContext context)
    {
        _ = context.Exact(1);
        Run(context, x =>
        {
            double slope = x[1].Original.Low;
            return FunctionRule.Apply(x[0], v => v < 0 ? slope * v : v, [0], h => FunctionTable.Kink(h, slope, 1), FloatRounding.Operation, 0);
        });
    }

    /// <summary>Applies a rule to each element of the broadcast output.</summary>
    private static void Run(PropagationContext context, Func<PairInterval[], PairInterval> rule)
    {
        var op = (ElementwiseOperator)context.Operator;
        ImmutableArray<int> inputs = op.ElementInputs(context.Node);
        PairBound[] operands = [.. inputs.Select(context.Bound)];
        var y = new PairBound(context.OutputLengths(0));
        BroadcastReader[] readers = [.. operands.Select((o, i) => new BroadcastReader(op.OperandLengths(context.Node, i, o.Lengths, operands[0].Lengths.Length), y.Lengths))];
        var x = new PairInterval[operands.Length];
        for (int at = 0; at < y.Count; at++)
        {
            for (int i = 0; i < x.Length; i++) x[i] = operands[i][readers[i].IndexOf(at)];
            y[at] = rule(x).Refined();
        }

        context.SetOutput(0, y);
    }

    private static PairInterval Total(PairInterval[] x, int count)
    {
        var over = new Interval(1.0 / count, 1.0 / count);
        PairInterval sum = x.Aggregate((a, b) => new PairInterval(a.Original + b.Original, a.Reduced + b.Reduced, a.Delta + b.Delta));
        sum = new PairInterval(sum.Original * over, sum.Reduced * over, sum.Delta * over);
        return sum.Rounded(FloatRounding.OfSum(x.Length, x.Sum(v => v.Original.MaxAbs)), FloatRounding.OfSum(x.Length, x.Sum(v => v.Reduced.MaxAbs)));
    }

    private static Interval Larger(Interval a, Interval b) => new(Math.Max(a.Low, b.Low), Math.Max(a.High, b.High));

    private static Interval Smaller(Interval a, Interval b) => new(Math.Min(a.Low, b.Low), Math.Min(a.High, b.High));
}
