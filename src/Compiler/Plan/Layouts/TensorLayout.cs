namespace RedGen.Compiler.Plan.Layouts;

/// <summary>In which order a value lies in memory. Its shape is [N, C, spatial…] in either case: layouts belong to the plan, not to the graph.</summary>
internal enum TensorLayout
{
    /// <summary>As ONNX has it.</summary>
    Plain,

    /// <summary>[N, spatial…, C]: the channels of a pixel side by side.</summary>
    ChannelsLast,
}
