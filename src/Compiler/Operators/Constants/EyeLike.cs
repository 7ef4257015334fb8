using System.Globalization;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Constants;

/// <summary>EyeLike: ones on a diagonal of a matrix of the input's shape. The input's elements do not matter.</summary>
internal sealed class EyeLike : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "EyeLike",
        Versions = [9, 22],
        Inputs = [new("input", TypeSet.NumericOrBool)],
        Outputs = [new("output", TypeSet.NumericOrBool)],
        Attributes = [new("dtype", AttributeKind.Int), new("k", AttributeKind.Int)],
    };

    /// <inheritdoc/>
    public override bool DependsOnTypesOnly => true;

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        if (x.Length != 2) throw context.Fail("the input must be a matrix");
        long number = context.Attributes.Int("dtype", (long)context.Type(0));
        ElementType type = number is > 0 and < 100 ? (ElementType)number : ElementType.Undefined;
        if (!TypeSet.NumericOrBool.Contains(type)) throw context.Unsupported("dtype", number.ToString(CultureInfo.InvariantCulture) + " is no element type that it can make");
        context.SetOutput(0, type, x);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor y = context.NewOutput(0);
        long k = context.Attributes.Int("k", 0);
        for (int row = 0; row < y.Lengths[0]; row++)
        {
            if (k < -row || k >= y.Lengths[1] - row) continue;
            int at = (row * y.Lengths[1]) + row + (int)k;
            if (y.IsReal) y.Reals![at] = 1;
            else y.Integers![at] = 1;
        }

        context.SetOutput(0, y);
    }
}
