#nullable enable
using System;
using System.Threading;

namespace RedGen.Runtime;

/// <summary>How far several threads have come with a network: the layer that is being computed, and how many of its shares are taken and done.</summary>
internal sealed class LayerProgress
{
    private const int ShareBits = 16;

    /// <summary>Some hundreds of microseconds.</summary>
    private const int WaitsBeforeYield = 1000;

    /// <summary>Behind the last layer.</summary>
    private const long End = long.MaxValue;

    private readonly CancellationToken _token;

    // The layer and the next share of it in one number: a thread that is late cannot take a share of another layer than it thinks.
    private long _next = -1L << ShareBits;
    private int _done;
    private int _leaders;
    private Exception? _failure;

    internal LayerProgress(int shares, CancellationToken token)
    {
        Shares = shares;
        _token = token;
    }

    /// <summary>How many shares a layer has.</summary>
    internal int Shares { get; }

    /// <summary>What a thread threw first; null where none did.</summary>
    internal Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>True for the first thread that asks.</summary>
    internal bool TryLead() => Interlocked.Increment(ref _leaders) == 1;

    /// <summary>Lets the threads begin with a layer. Only the one that leads does.</summary>
    internal void Open(int layer)
    {
        if (Volatile.Read(ref _next) >> ShareBits == layer)
        {
            return;
        }

        _token.ThrowIfCancellationRequested();
        Volatile.Write(ref _done, 0);
        Volatile.Write(ref _next, (long)layer << ShareBits);
    }

    /// <summary>Takes a share; the thread that leads waits for those that others have taken, the others for the layer to begin.</summary>
    internal bool TryTake(int layer, bool leads, out int share)
    {
        share = 0;
        int waits = 0;
        while (true)
        {
            long next = Volatile.Read(ref _next);
            long current = next >> ShareBits;
            share = (int)(next & ((1 << ShareBits) - 1));
            if (current > layer || (current == layer && share >= Shares && !leads))
            {
                return false;
            }

            if (current == layer && share < Shares)
            {
                if (Interlocked.CompareExchange(ref _next, next + 1, next) == next)
                {
                    return true;
                }

                continue;
            }

            if (leads && Volatile.Read(ref _done) == Shares)
            {
                return false;
            }

            if (leads && Failure is not null)
            {
                throw new OperationCanceledException();
            }

            Wait(ref waits);
        }
    }

    /// <summary>A share is computed.</summary>
    internal void CountDone() => Interlocked.Increment(ref _done);

    /// <summary>Nothing is left to do.</summary>
    internal void Finish() => Volatile.Write(ref _next, End);

    /// <summary>A thread threw: the others stop at the next layer.</summary>
    internal void Fail(Exception failure) => Interlocked.CompareExchange(ref _failure, failure, null);

    /// <summary>A layer takes less than a thread that yields is away on a busy machine, so yielding comes late.</summary>
    private static void Wait(ref int waits)
    {
        if (waits < WaitsBeforeYield)
        {
            waits++;
            Thread.SpinWait(8);
        }
        else
        {
            Thread.Yield();
        }
    }
}
