using System.Collections.Immutable;

namespace RedGen.Cli.Firmware;

/// <summary>What a function of the object file takes.</summary>
/// <param name="Name">Class and method.</param>
/// <param name="CodeBytes">Bytes of code.</param>
/// <param name="ConstantBytes">Bytes of the constants that it is the first to read.</param>
/// <param name="FrameBytes">Bytes of stack that it takes itself.</param>
/// <param name="Macs">Multiply-adds of a call; 0 where it is no layer.</param>
/// <param name="Summary">What it computes; empty where it is no layer.</param>
internal sealed record FunctionSize(string Name, int CodeBytes, int ConstantBytes, int FrameBytes, long Macs, string Summary);

/// <summary>What a model takes on a device: exact, from the linker's map and the object file's code.</summary>
/// <param name="FlashBytes">Program memory: code and weights.</param>
/// <param name="ArenaBytes">Static working memory.</param>
/// <param name="StackBytes">The most stack of a call, Predict's own frame included.</param>
/// <param name="Macs">Multiply-adds of a call.</param>
/// <param name="Sections">The map's entries.</param>
/// <param name="Functions">The object file's functions.</param>
internal sealed record FirmwareSizes(int FlashBytes, int ArenaBytes, int StackBytes, long Macs, ImmutableArray<MapEntry> Sections, ImmutableArray<FunctionSize> Functions)
{
    /// <summary>Working memory: arena and stack.</summary>
    public int RamBytes => ArenaBytes + StackBytes;
}
