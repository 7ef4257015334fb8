using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>Pad: more elements before and after each axis: a constant, the edge, a mirror image, or the other end.</summary>
internal sealed class Pad : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Pad",
        Versions = [1, 2, 11, 13, 18, 19, 21, 23, 24, 25],
        Inputs =
        [
            new("data", TypeSet.Any), new("pads", TypeSet.Int64, Since: 11), new("constant_value", TypeSet.Any, Arity.Optional, Since: 11),
            new("axes", TypeSet.Index, Arity.Optional, Since: 18),
        ],
        Outputs = [new("output", TypeSet.Any)],
        Attributes =
        [
            new("mode", AttributeKind.String), new("paddings", AttributeKind.Ints, Until: 1), new("pads", AttributeKind.Ints, Until: 10),
            new("value", AttributeKind.Float, Until: 10),
        ],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        string mode = PadWidths.Mode(context);
        PadWidth[] widths = PadWidths.Read(context);
        CheckValue(context);
        for (int a = 0; a < x.Length; a++)
        {
            // Widths are ints beyond −2^31, so nothing overflows here.
            long kept = x[a] + System.Math.Min(0L, widths[a].Before) + System.Math.Min(0L, widths[a].After);
            if (kept < 0) throw context.Fail("negative pads cut more than there is");
            if (kept == 0 && mode != "constant" && (widths[a].Before > 0 || widths[a].After > 0)) throw context.Fail("there is nothing to repeat along an axis of length 0");
        }

        context.SetComputedOutput(0, context.Type(0), x.Select((d, a) => d + (long)widths[a].Before + widths[a].After));
    }

    /// <inheritdoc/>
    public override bool AcceptsDeclaredShapes => true;

    /// <inheritdoc/>
    public override bool InferDeclared(InferenceContext context, int[][] shapes)
    {
        int[] x = context.Lengths(0);
        _ = PadWidths.Mode(context);
        CheckValue(context);
        long axes = context.HasInput(3) ? context.Shape(3).ElementCount : x.Length;
        if (shapes[0].Length != x.Length || axes > x.Length || context.Shape(1).ElementCount != 2 * axes) return false;
        context.SetOutput(0, context.Type(0), shapes[0]);
        return true;
    }

    /// <inheritdoc/>
    public override bool InferOpen(InferenceContext context)
    {
        if (context.Version < 11 || (context.Constant(1) is not null && context.Shape(0).IsStatic && !context.HasInput(3))) return false;
        _ = PadWidths.Mode(context);
        CheckValue(context);
        long? axes = !context.HasInput(3) ? context.Rank(0) : context.Shape(3).IsStatic ? context.Shape(3).ElementCount : null;
        if (axes is not null && context.Shape(1) is { IsStatic: true } pads && pads.ElementCount != 2 * axes) throw context.Fail("there must be two pads for each axis");
        context.SetOutput(0, context.Type(0), new Shape([.. context.Shape(0).Dimensions.Select((_, a) => context.Open(0, a, null))]));
        return true;
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        if (y.Count == 0)
        {
            // The other lengths may be huge.
            context.SetOutput(0, y);
            return;
        }

        PadWidth[] widths = PadWidths.Read(context.Parameters);
        string mode = PadWidths.Mode(context.Parameters);
        int[][] maps = [.. widths.Select((w, a) => PadWidths.Map(mode, x.Lengths[a], w))];
        int next = 0;
        foreach (int[] position in Positions.All(y.Lengths))
        {
            int[] from = [.. position.Select((p, a) => maps[a][p])];
            if (!from.Contains(-1)) y.CopyElement(next, x, Positions.Index(from, x.Lengths));
            else if (context.OptionalInput(2) is { } value) y.CopyElement(next, value, 0);
            else if (y.IsReal) y.Reals![next] = context.Attributes.Float("value", 0);
            else if (y.Integers is not null) y.Integers[next] = (long)context.Attributes.Float("value", 0);
            next++;
        }

        context.SetOutput(0, y);
    }

    private static void CheckValue(InferenceContext context)
    {
        if (!context.HasInput(2)) return;
        if (context.Type(2) != context.Type(0)) throw context.WrongType("constant_value must have the input's type");
        if (context.Shape(2) is { IsStatic: true } shape && shape.ElementCount != 1) throw context.Fail("constant_value must be one element");
    }
}
