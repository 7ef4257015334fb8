#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>
/// One thread of several that run the same network together. All go through the same layers: of a large one each takes shares as long as there
/// are any, the others are computed by the thread that leads. Threads that come late find nothing left of the layers before.
/// </summary>
public sealed class LayerWorker
{
    private readonly LayerProgress _progress;
    private bool _hasShare;

    internal LayerWorker(LayerProgress progress, bool leads)
    {
        _progress = progress;
        Leads = leads;
    }

    /// <summary>Whether this thread computes what is not divided. One thread does.</summary>
    public bool Leads { get; }

    /// <summary>
    /// Takes a share of a layer for this thread, which then computes it by the kernel's call as ever. The thread that leads returns false only when
    /// all of the layer is computed.
    /// </summary>
    /// <param name="layer">The number of the layer; layers come in rising order.</param>
    /// <returns>Whether there was a share left.</returns>
    /// <exception cref="OperationCanceledException">The call was cancelled, or another thread failed.</exception>
    public bool Takes(int layer)
    {
        if (_hasShare)
        {
            _hasShare = false;
            LayerShare.Clear();
            _progress.CountDone();
        }

        if (Leads)
        {
            _progress.Open(layer);
        }

        if (_progress.TryTake(layer, Leads, out int share))
        {
            _hasShare = true;
            LayerShare.Set(share, _progress.Shares);
            return true;
        }

        return false;
    }
}
