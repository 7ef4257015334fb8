#nullable enable
namespace RedGen.Runtime;

/// <summary>
/// The calls of a kernel that is compiled for the sizes of a layer before it is: as long as the JIT would not optimise a method either, sizes are
/// values of a kernel that all layers share, and that the package holds compiled ahead of time. Results are the same bits.
/// </summary>
public static class FirstCalls
{
    /// <summary>As many calls as .NET makes before it compiles a method for good.</summary>
    internal const int Limit = 30;

    /// <summary>Whether layers are compiled for their sizes at once.</summary>
    internal static bool AreSkipped;

    /// <summary>From now on a layer that is called, by whatever thread, is compiled for its sizes at once: for a run that warms a network up.</summary>
    public static void Skip() => AreSkipped = true;

    /// <summary>Ends what <see cref="Skip"/> began. What is compiled stays in use.</summary>
    public static void Resume() => AreSkipped = false;
}

#if NET8_0_OR_GREATER
/// <summary>The calls for one layer.</summary>
/// <typeparam name="TShape">The layer's sizes.</typeparam>
internal static class FirstCalls<TShape>
    where TShape : struct
{
    /// <summary>How many there were, up to the limit. Threads may lose a few; that only makes some more.</summary>
    internal static int Count;
}
#endif
