using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>ReverseSequence: of each sequence of a batch the first elements, as many as its length says, are turned round.</summary>
internal sealed class ReverseSequence : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "ReverseSequence",
        Versions = [10],
        Inputs = [new("input", TypeSet.Any), new("sequence_lens", TypeSet.Int64)],
        Outputs = [new("Y", TypeSet.Any)],
        Attributes = [new("batch_axis", AttributeKind.Int), new("time_axis", AttributeKind.Int)],
    };

    /// <summary>Whether the first axis is time, and the second the batch.</summary>
    public static bool IsTimeFirst(Node node) => node.Attributes.Int("time_axis", 0) == 0;

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        if (x.Length < 2) throw context.Fail("the input must have a batch axis and a time axis");
        long batch = context.Attributes.Int("batch_axis", 1);
        long time = context.Attributes.Int("time_axis", 0);
        if (batch + time != 1 || batch * time != 0) throw context.Invalid("batch_axis and time_axis must be 0 and 1, or 1 and 0");
        if (context.Lengths(1) is not [int count] || count != x[(int)batch]) throw context.Fail("sequence_lens must hold a length for each sequence of the batch");
        foreach (long length in context.Constant(1) is null ? [] : context.RequireIntegers(1, "sequence_lens"))
            if (length < 0 || length > x[(int)time]) throw context.Fail("a length in sequence_lens is not from 0 to the length of the time axis");
        context.SetOutput(0, context.Type(0), x);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        int time = IsTimeFirst(context.Node) ? 0 : 1;
        int next = 0;
        foreach (int[] position in Positions.All(y.Lengths))
        {
            long length = context.Input(1).Integers![position[1 - time]];
            if (length < 0 || length > x.Lengths[time]) throw new System.ArgumentException(context.Node.Label + ": a length is not from 0 to the length of the time axis.");
            int[] from = [.. position];
            if (from[time] < length) from[time] = (int)length - 1 - from[time];
            y.CopyElement(next++, x, Positions.Index(from, x.Lengths));
        }

        context.SetOutput(0, y);
    }
}
