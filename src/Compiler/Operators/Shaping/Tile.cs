using System.Globalization;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>Tile: the input repeated along its axes (along one axis in opsets before 6).</summary>
internal sealed class Tile : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Tile",
        Versions = [1, 6, 13],
        Inputs = [new("input", TypeSet.Any), new("repeats", TypeSet.Numeric), new("axis", TypeSet.Numeric, Arity.Optional)],
        Outputs = [new("output", TypeSet.Any)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        long[] repeats = Repeats(context, x.Length);
        foreach (long repeat in repeats)
            if (repeat is < 0 or > int.MaxValue) throw context.Fail("repeating " + repeat.ToString(CultureInfo.InvariantCulture) + " times is not possible");
        context.SetComputedOutput(0, context.Type(0), x.Select((d, a) => d * repeats[a]));
    }

    /// <inheritdoc/>
    public override bool AcceptsDeclaredShapes => true;

    /// <inheritdoc/>
    public override bool InferDeclared(InferenceContext context, int[][] shapes)
    {
        int[] x = context.Lengths(0);
        int[] y = shapes[0];
        if (context.Version < 6 || context.HasInput(2) || context.Type(1) != ElementType.Int64) return false;
        if (y.Length != x.Length || x.Where((d, a) => d == 0 ? y[a] != 0 : y[a] % d != 0).Any()) return false;
        context.SetOutput(0, context.Type(0), y);
        return true;
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        int next = 0;
        foreach (int[] position in Positions.All(y.Lengths))
            y.CopyElement(next++, x, Positions.Index([.. position.Select((p, a) => p % x.Lengths[a])], x.Lengths));
        context.SetOutput(0, y);
    }

    private static long[] Repeats(InferenceContext context, int rank)
    {
        long[] given = context.RequireIntegers(1, "repeats");
        if (context.Version >= 6)
        {
            if (context.HasInput(2)) throw context.Invalid("input 'axis' exists up to opset 5");
            return given.Length == rank ? given : throw context.Fail("there must be a number of repeats for each axis");
        }

        if (!context.HasInput(2)) throw context.Invalid("input 'axis' is missing");
        long[] axis = context.RequireIntegers(2, "axis");
        if (given.Length != 1 || axis.Length != 1) throw context.Fail("tiles and axis must be single numbers");
        var repeats = Enumerable.Repeat(1L, rank).ToArray();
        repeats[context.Axis(axis[0], rank)] = given[0];
        return repeats;
    }
}
