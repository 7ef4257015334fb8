using RedGen.Compiler.Emit;

namespace RedGen.Compiler.Plan.Layouts;

/// <summary>Moves a value from one layout to the other. Only the planner makes such steps.</summary>
internal sealed class LayoutMoveStep : Step
{
    private readonly bool _toChannelsLast;
    private readonly ChannelSplit _split;

    private LayoutMoveStep(bool toChannelsLast, ChannelSplit split)
    {
        _toChannelsLast = toChannelsLast;
        _split = split;
    }

    /// <inheritdoc/>
    public override string Stem => Kernel;

    /// <inheritdoc/>
    public override string Kernel => _toChannelsLast ? "ToChannelsLast" : "ToChannelsFirst";

    /// <inheritdoc/>
    internal override StepRounding? Rounding => StepRounding.OfNodes;

    /// <summary>A conversion.</summary>
    public static LayoutMoveStep Create(string source, string target, bool toChannelsLast, ChannelSplit split) => new(toChannelsLast, split)
    {
        Nodes = [],
        Inputs = [source],
        Outputs = [target],
        Summary = $"'{(toChannelsLast ? source : target)}' from channels {(toChannelsLast ? "first to channels last" : "last to channels first")}",
    };

    /// <inheritdoc/>
    public override void Emit(StepWriter writer)
        => writer.Line($"LayoutMove.{Kernel}({writer.Input(0)}, {writer.Output(0)}, batch: {_split.Batch}, channels: {_split.Channels}, pixels: {_split.Pixels});");
}
