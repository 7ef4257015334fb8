using System.Globalization;
using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>DepthToSpace: blocks of channels become blocks of pixels; in mode DCR the block's place is the outer part of the channel, in CRD the inner.</summary>
internal sealed class DepthToSpace : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "DepthToSpace",
        Versions = [1, 11, 13],
        Inputs = [new("input", TypeSet.Any)],
        Outputs = [new("output", TypeSet.Any)],
        Attributes = [new("blocksize", AttributeKind.Int, Required: true), new("mode", AttributeKind.String, Since: 11)],
    };

    /// <summary>The side of a block.</summary>
    public static int Block(InferenceContext context, long most)
    {
        long block = context.Attributes.Int("blocksize", 0);
        if (block < 1 || block > most) throw context.Fail("blocksize " + block.ToString(CultureInfo.InvariantCulture) + " does not fit the input");
        return (int)block;
    }

    /// <summary>Whether the place in the block is the outer part of the channel.</summary>
    public static bool IsBlockFirst(InferenceContext context) => context.Attributes.String("mode", "DCR") switch
    {
        "DCR" => true,
        "CRD" => false,
        string mode => throw context.Unsupported("mode", "'" + mode + "' is neither DCR nor CRD"),
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        if (x.Length != 4) throw context.Fail("the input must have the axes batch, channel, row and column");
        _ = IsBlockFirst(context);
        long block = Block(context, 46340);
        if (x[1] % (block * block) != 0) throw context.Fail("the channels do not divide into blocks");
        context.SetComputedOutput(0, context.Type(0), [x[0], x[1] / (block * block), x[2] * block, x[3] * block]);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        int block = Block(context.Parameters, int.MaxValue);
        bool blockFirst = IsBlockFirst(context.Parameters);
        int next = 0;
        foreach (int[] p in Positions.All(y.Lengths))
        {
            int place = ((p[2] % block) * block) + (p[3] % block);
            int channel = blockFirst ? (place * y.Lengths[1]) + p[1] : (p[1] * block * block) + place;
            y.CopyElement(next++, x, Positions.Index([p[0], channel, p[2] / block, p[3] / block], x.Lengths));
        }

        context.SetOutput(0, y);
    }
}
