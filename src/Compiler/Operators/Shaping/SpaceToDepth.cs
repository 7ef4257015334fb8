using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>SpaceToDepth: blocks of pixels become channels, the place in the block being the outer part of the channel.</summary>
internal sealed class SpaceToDepth : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "SpaceToDepth",
        Versions = [1, 13],
        Inputs = [new("input", TypeSet.Any)],
        Outputs = [new("output", TypeSet.Any)],
        Attributes = [new("blocksize", AttributeKind.Int, Required: true)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        if (x.Length != 4) throw context.Fail("the input must have the axes batch, channel, row and column");
        long block = DepthToSpace.Block(context, 46340);
        if (x[2] % block != 0 || x[3] % block != 0) throw context.Fail("rows and columns do not divide into blocks");
        context.SetComputedOutput(0, context.Type(0), [x[0], x[1] * block * block, x[2] / block, x[3] / block]);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        int block = DepthToSpace.Block(context.Parameters, int.MaxValue);
        int next = 0;
        foreach (int[] p in Positions.All(y.Lengths))
        {
            int place = p[1] / x.Lengths[1];
            y.CopyElement(next++, x, Positions.Index([p[0], p[1] % x.Lengths[1], (p[2] * block) + (place / block), (p[3] * block) + (place % block)], x.Lengths));
        }

        context.SetOutput(0, y);
    }
}
