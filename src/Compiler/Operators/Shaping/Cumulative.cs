using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>CumSum and CumProd: the sum or product of all elements up to each one along an axis; without itself if exclusive, from the end if reverse.</summary>
/// <param name="name">The operator's name.</param>
/// <param name="versions">Its versions.</param>
/// <param name="isProduct">Whether the elements are multiplied.</param>
internal sealed class Cumulative(string name, ImmutableArray<int> versions, bool isProduct) : Operator
{
    /// <summary>The operators.</summary>
    public static ImmutableArray<Operator> Operators { get; } = [new Cumulative("CumProd", [26], true), new Cumulative("CumSum", [11, 14], false)];

    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = name,
        Versions = versions,
        Inputs = [new("x", TypeSet.Numeric), new("axis", TypeSet.Index)],
        Outputs = [new("y", TypeSet.Numeric)],
        Attributes = [new("exclusive", AttributeKind.Int), new("reverse", AttributeKind.Int)],
    };

    /// <summary>The axis walked along.</summary>
    public static int Axis(InferenceContext context)
    {
        long[] axis = context.RequireIntegers(1, "axis");
        return axis.Length == 1 ? context.Axis(axis[0], context.Rank(0)) : throw context.Fail("axis must be one number");
    }

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        // The axis changes no shape: it may be computed at run time.
        if (context.Constant(1) is not null) _ = Axis(context);
        else if (context.Shape(1).ElementCount != 1) throw context.Fail("axis must be one number");
        context.SetOutput(0, context.Type(0), context.Shape(0));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        int axis = Axis(context.Parameters);
        bool exclusive = context.Attributes.Int("exclusive", 0) != 0;
        bool reverse = context.Attributes.Int("reverse", 0) != 0;
        int length = x.Lengths[axis];
        int inner = (int)Positions.Product(x.Lengths.Skip(axis + 1));
        for (int i = 0; i < y.Count; i++)
        {
            if (i / inner % length != 0) continue;
            double total = isProduct ? 1 : 0;
            long exact = isProduct ? 1 : 0;
            for (int step = 0; step < length; step++)
            {
                int at = i + ((reverse ? length - 1 - step : step) * inner);
                double real = x.IsReal ? x.Reals![at] : 0;
                long integer = x.IsReal ? 0 : x.Integers![at];
                if (y.IsReal) y.Reals![at] = exclusive ? total : Next(total, real);
                else y.Integers![at] = exclusive ? exact : Next(exact, integer);
                total = Next(total, real);
                exact = Next(exact, integer);
            }
        }

        context.SetOutput(0, y);
    }

    private double Next(double total, double element) => isProduct ? total * element : total + element;

    private long Next(long total, long element) => unchecked(isProduct ? total * element : total + element);
}
