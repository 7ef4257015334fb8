using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>A group that is a convolution of floats with constant weights, and what follows it.</summary>
/// <param name="Node">The Conv.</param>
/// <param name="Layer">Its sizes.</param>
/// <param name="Weights">[outChannels, taps].</param>
/// <param name="Bias">By channel, that of the epilogue included; null for none.</param>
/// <param name="Epilogue">What follows.</param>
/// <param name="Hashed">The weights in their hashed form; null where they are not hashed.</param>
internal sealed record FloatConvolution(Node Node, ConvLayer Layer, float[] Weights, float[]? Bias, Epilogue Epilogue, HashedConstants? Hashed)
{
    /// <summary>The value that the group writes.</summary>
    public string Output { get; init; } = "";

    /// <summary>Reads a group; null for anything else, for empty convolutions and for those over more than three axes.</summary>
    public static FloatConvolution? TryRead(NodeGroup group, KernelContext context)
    {
        Node conv = group.Head;
        if (context.ElementType(conv.Inputs[0]) != ElementType.Float32 || context.Constant(conv.Inputs[1]) is not { } w) return null;
        if (Epilogue.TryRead(group.Nodes, context) is not { } epilogue) return null;
        float[]? bias = null;
        if (conv.HasInput(2))
        {
            if (context.Constant(conv.Inputs[2]) is not { } b) return null;
            bias = b.AsSpan<float>().ToArray();
        }

        ConvLayer layer = ConvLayer.Read(conv, context);
        if (layer.IsEmpty || !layer.Window.IsSpatial) return null;
        float[] weights = w.AsSpan<float>().ToArray();
        return new FloatConvolution(conv, layer, weights, Epilogue.Sum(bias, epilogue.Bias), epilogue, HashedConstants.TryRead(conv.Inputs[1], weights, context))
        {
            Output = group.Last.Outputs[0],
        };
    }
}
