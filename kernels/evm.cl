// SPDX-License-Identifier: Apache-2.0
// Transactions, one a lane. evm_run takes lanes on for a bounded amount of work and says in eight bytes how
// each left; between launches the host serves those that wait. evm_collect writes the results of finished
// lanes. What a lane consists of is in lane.h, what travels in exchange.h.
#include "kernels/collect.h"
#include "kernels/interpreter.h"

WARPEVM_INLINE void point_at(machine* m, const tables* given, uint lane, uint budget) {
    m->given = given;
    m->lane = given->lanes + lane;
    m->shape = given->shape;
    m->arena = given->arenas + (size_t)lane * given->shape->size;
    m->environment = given->environments + m->lane->environment;
    m->rules = given->forks + m->environment->fork;
    m->fork = m->environment->fork;
    m->frame = frame_at(m, 0);
    m->gas = 0;
    m->pc = 0;
    m->height = 0;
    m->memory_size = 0;
    m->code_size = 0;
    m->image = 0;
    m->output_at = 0;
    m->output_size = 0;
    m->work = 0;
    m->budget = budget;
    m->escalated = 0;
}

// Takes what the host answered. The lane's status is that of its need.
WARPEVM_CALL uint take_answer(machine* m) {
    __global lane_record* lane = m->lane;
    if (lane->status == STATUS_NEED_account) {
        add_account(m, (__global const given_account*)(m->given->answers + lane->answer));
    } else if (lane->status == STATUS_NEED_slot) {
        __global const uchar* answer = m->given->answers + lane->answer;
        __global slot_entry* slot = slot_at(m, lane->need.at);
        slot->start = *(__global const word*)answer;
        slot->current = slot->start;
        slot->flags |= SLOT_LOADED;
    } else if (lane->status == STATUS_NEED_code) {
        account_at(m, lane->need.at)->code = lane->answer;
    } else if (lane->status == STATUS_NEED_precompile) {
        return end_precompile(m);
    }
    return m->escalated ? STEP_LEFT : STEP_DONE;
}

// From wherever the lane stands.
WARPEVM_INLINE void run_lane(machine* m) {
    __global lane_record* lane = m->lane;
    uint step = STEP_DONE;
    if (lane->phase == PHASE_PREPARE) {
        prepare_lane(m);
        lane->phase = PHASE_BEGIN;
    }
    if (lane->phase == PHASE_RUN) load_registers(m);
    if (!m->escalated) step = take_answer(m);
    if (m->escalated) return;
    if (lane->phase == PHASE_BEGIN) {
        step = begin_transaction(m);
        if (step != STEP_DONE) return;
        lane->phase = PHASE_ENTER;
    }
    if (lane->phase == PHASE_ENTER) step = enter_transaction(m);
    if (step == STEP_DONE || step == STEP_SWITCHED) step = run_frames(m);
    if (step != STEP_LEFT) finish_transaction(m, step == STEP_SUCCEEDED);
}

// How the lane leaves this launch. Not inlined: the loop over images wants the registers.
WARPEVM_CALL void report_lane(machine* m, __global launch_head* launch, __global lane_report* report,
                              __global lane_need* needs) {
    const uint status = m->lane->status;
    uint detail = 0;
    if (status == STATUS_done) {
        detail = put_result(m, 0, 0);
        m->lane->result_words = detail;
    }
    if (status >= STATUS_NEED_account && status <= STATUS_NEED_precompile) {
        detail = (uint)atomic_inc(&launch->parked);
        needs[detail] = m->lane->need;
    }
    report->status = status;
    report->detail = detail;
}

// Work-item i takes the lane of the i-th lane_place behind `launch` on, which begins, was paused, or has been
// answered, until it has done `budget` (instructions, and words moved or hashed), waits or ends. reports[i]:
// how it left. Slow where neighbours run different codes; so those that begin come after those that go on.
__kernel void evm_run(__global lane_record* lanes, __global uchar* arenas, __global const lane_shape* shape,
                      __global const uchar* inputs, __global const uchar* answers,
                      __global const code_record* code_records, __global const uchar* codes,
                      __global const environment_record* environments, __global const fork_record* forks,
                      __global const hash_window* hashes, __global launch_head* launch,
                      __global lane_report* reports, __global lane_need* needs, uint budget, uint count) {
    const size_t i = get_global_id(0);
    if (i >= count) return;
    const tables given = {lanes, arenas,       shape, inputs, answers,     code_records,
                          codes, environments, forks, hashes, launch->seed};
    const lane_place turn = ((__global const lane_place*)(launch + 1))[i];
    const uint number = turn.lane & ~(uint)PLACE_BEGINS;
    if (number != turn.lane) open_lane(lanes + number, inputs, turn.at);
    machine m;
    point_at(&m, &given, number, budget);
    m.lane->answer = turn.at;
    run_lane(&m);
    report_lane(&m, launch, reports + i, needs);
}

// Work-item i copies the input of the precompile that lane places[i].lane waits for from its arena, if it is
// as large as the host thinks: up to where places[i + 1] begins.
__kernel void evm_inputs(__global lane_record* lanes, __global uchar* arenas,
                         __global const lane_shape* shape, __global const lane_place* places,
                         __global uchar* inputs, uint count) {
    const size_t i = get_global_id(0);
    if (i >= count) return;
    machine m;
    m.work = 0;
    __global const lane_need* need = &lanes[places[i].lane].need;
    if (need->size != places[i + 1].at - places[i].at) return;
    copy_bytes(&m, inputs + places[i].at, arenas + (size_t)places[i].lane * shape->size + need->at,
               need->size);
}

// Work-item i writes the result of lane places[i].lane, which is finished, if it is as large as the host
// thinks: up to where places[i + 1] begins.
__kernel void evm_collect(__global lane_record* lanes, __global uchar* arenas,
                          __global const lane_shape* shape, __global const lane_place* places,
                          __global uint* results, uint count) {
    const size_t i = get_global_id(0);
    if (i >= count) return;
    machine m;
    m.lane = lanes + places[i].lane;
    m.shape = shape;
    m.arena = arenas + (size_t)places[i].lane * shape->size;
    m.work = 0;
    if (m.lane->result_words == places[i + 1].at - places[i].at) put_result(&m, results + places[i].at, 1);
}

// Work-item i makes the constants of the image at images[i] that its host left to the device.
__kernel void evm_fold(__global uchar* codes, __global const uint* images, uint count) {
    const size_t i = get_global_id(0);
    if (i >= count) return;
    __global const image_header* image = (__global const image_header*)(codes + images[i]);
    __global word* constants = (__global word*)(codes + image->constants_at);
    __global const image_expression* expressions =
        (__global const image_expression*)(codes + image->expressions_at);
    for (uint n = 0; n < image->expression_count; ++n) {
        const image_expression e = expressions[n];
        constants[e.number] = evaluate(e.op, constants[e.a], constants[e.b], word_zero());
    }
}

// One evaluation of an arithmetic instruction per work-item: three operands each.
__kernel void evm_words(__global const uint* ops, __global const word* operands, __global word* results,
                        uint count) {
    const size_t i = get_global_id(0);
    if (i >= count) return;
    results[i] = evaluate(ops[i], operands[3 * i], operands[3 * i + 1], operands[3 * i + 2]);
}
